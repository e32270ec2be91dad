use wf_instrument::wf_measure;

#[wf_measure]
const fn f() -> u8 {
    1
}

const ONE: u8 = f();

fn main() {}
