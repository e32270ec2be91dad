//! Has the SDK through another crate, and says so with the feature `named`.

use facade::wf_instrument::wf_measure;

#[cfg_attr(feature = "named", wf_measure(crate = facade::wf_instrument))]
#[cfg_attr(not(feature = "named"), wf_measure)]
fn double(n: u64) -> Result<u64, String> {
    n.checked_mul(2).ok_or_else(|| format!("{n} is too large"))
}

fn main() {
    println!("{:?}", double(1));
}
