//! Uses the SDK through another crate, whose path it gives with the feature `named`.

use facade::wf_instrument::{wf_count, wf_measure};

#[cfg_attr(feature = "named", wf_measure(crate = facade::wf_instrument))]
#[cfg_attr(not(feature = "named"), wf_measure)]
fn double(n: u64) -> Result<u64, String> {
    n.checked_mul(2).ok_or_else(|| format!("{n} is too large"))
}

struct Engine;

#[cfg(feature = "named")]
#[wf_measure(crate = facade::wf_instrument)]
impl Engine {
    #[wf_measure(name = "step", labels(kind = "a"))]
    fn step() {
        wf_count!("steps", 2, crate = facade::wf_instrument);
    }
}

#[cfg(not(feature = "named"))]
impl Engine {
    fn step() {
        wf_count!("steps", 2, crate = facade::wf_instrument);
    }
}

fn main() {
    Engine::step();
    println!("{:?}", double(1));
}
