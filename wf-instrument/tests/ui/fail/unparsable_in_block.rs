use wf_instrument::wf_measure;

macro_rules! functions {
    ($($name:ident),*) => { $(pub fn $name(&self) {})* };
}

macro_rules! function {
    ($name:ident) => { pub fn $name() {} };
}

struct Engine;

#[wf_measure]
impl Engine {
    fn start(&self) {}

    functions!(stop, restart);
}

#[wf_measure]
mod engine {
    fn start() {}

    function!(stop);
}

fn main() {}
