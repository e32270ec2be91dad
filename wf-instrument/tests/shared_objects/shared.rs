//! A shared object (`dylib`) that contains the SDK.
#![forbid(unsafe_code)]

use wf_instrument::wf_measure;

#[wf_measure(name = "shared_called")]
pub fn called() {}

#[wf_measure(name = "shared_uncalled")]
pub fn uncalled() {}
