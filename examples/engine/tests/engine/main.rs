//! The program of the reference engine: its flags, HTTP server, metrics endpoint and report.

mod dashboards;
mod disconnect;
mod errors;
mod exact_counts;
mod finish_reasons;
mod flags;
mod half_closed;
mod hosts;
mod http_client;
mod load_tools;
mod memory;
mod openai;
mod process;
#[path = "../../../../wf-exporter/tests/support/mod.rs"]
mod prometheus;
mod python;
mod rejected;
mod scrape;
