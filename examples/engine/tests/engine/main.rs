//! The reference engine from outside: its program, its socket, its endpoint, its report.

mod client;
mod clients;
mod dashboards;
mod disconnect;
mod errors;
mod exact;
mod flags;
mod half_closed;
mod hosts;
mod memory;
mod openai;
mod process;
#[path = "../../../../wf-exporter/tests/support/mod.rs"]
mod prometheus;
mod python;
mod reasons;
mod scrape;
mod shed;
