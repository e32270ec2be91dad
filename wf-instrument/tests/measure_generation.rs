//! `#[wf_measure(ttft)]`: the metrics of generations, on a mock clock.

mod common;

#[path = "measure_generation/arguments.rs"]
mod arguments;
#[path = "measure_generation/counted_by_items.rs"]
mod counted_by_items;
#[path = "measure_generation/counted_in_function.rs"]
mod counted_in_function;
#[path = "measure_generation/returned.rs"]
mod returned;
#[path = "measure_generation/timed_items.rs"]
mod timed_items;
