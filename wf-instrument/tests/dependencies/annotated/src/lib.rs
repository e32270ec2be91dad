//! A library that annotates; the application decides if it is measured.

use wf_instrument::{wf_count, wf_measure, wf_token};

#[wf_measure(name = "double")]
pub fn double(n: u64) -> Result<u64, String> {
    wf_count!("doubled", n);
    n.checked_mul(2).ok_or_else(|| format!("{n} is too large"))
}

#[wf_measure(ttft, model = "tiny")]
pub fn generate(n: u64) -> u64 {
    wf_token!(n);
    n
}
