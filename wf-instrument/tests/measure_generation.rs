//! `#[wf_measure(ttft)]`: what is recorded of a model's replies, on a clock that stands still.

mod common;

#[path = "measure_generation/pushed.rs"]
mod pushed;
#[path = "measure_generation/returned.rs"]
mod returned;
#[path = "measure_generation/script.rs"]
mod script;
#[path = "measure_generation/told.rs"]
mod told;
#[path = "measure_generation/yielded.rs"]
mod yielded;
