//! The reference engine from outside: its program, its socket, its endpoint, its report.

mod client;
mod disconnect;
mod errors;
mod exact;
mod flags;
mod openai;
mod process;
#[path = "../../../wf-exporter/tests/support/mod.rs"]
mod prometheus;
mod python;
mod scrape;
mod shed;
