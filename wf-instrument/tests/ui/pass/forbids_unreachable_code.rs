//! The code behind a body that never ends is the expansion's, and no mistake of the user's.
#![forbid(unreachable_code)]
#![deny(warnings)]

use wf_instrument::wf_measure;

#[wf_measure]
fn span() -> u8 {
    panic!("on purpose");
}

#[wf_measure(frame)]
fn frame() {
    loop {
        span();
    }
}

#[wf_measure]
fn never() -> ! {
    panic!("on purpose");
}

fn main() {
    assert!(std::panic::catch_unwind(span).is_err());
    assert!(std::panic::catch_unwind(frame).is_err());
    assert!(std::panic::catch_unwind(|| never()).is_err());
}
