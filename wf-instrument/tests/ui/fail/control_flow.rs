//! Arguments that would leave the function in one of the two builds only.

use wf_instrument::{wf_count, wf_gauge, wf_measure};

#[wf_measure(labels(text = std::str::from_utf8(bytes)?))]
fn label(bytes: &[u8]) -> Result<u8, std::str::Utf8Error> {
    Ok(bytes.len() as u8)
}

#[wf_measure(labels(name = name().await))]
async fn waits() -> u8 {
    1
}

async fn name() -> &'static str {
    "x"
}

#[wf_measure(error_if = { let k = n?; move |o: &Option<u64>| *o == Some(k) })]
fn verdict(n: Option<u64>) -> Option<u64> {
    n
}

fn counts(n: Option<u64>) -> Option<u8> {
    wf_count!("leaving", n?);
    for i in 0..3 {
        wf_count!("leaving", if i == 1 { continue } else { 1 });
    }
    wf_gauge!("left", if let Some(n) = n { n as f64 } else { return None });
    Some(1)
}

fn main() {
    let _ = (label(b""), waits(), verdict(None), counts(None));
}
