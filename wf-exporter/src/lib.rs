//! A Prometheus endpoint inside the process that wf-instrument measures.
//!
//! ```
//! use wf_exporter::{Exporter, Family};
//!
//! let exporter = Exporter::builder()
//!     .address(([127, 0, 0, 1], 0)) // 9464 unless told otherwise; port 0 takes any that is free
//!     .collector(|families| {
//!         families.add(Family::gauge("queue_depth", "Jobs that wait.").sample(&[], 3.0))
//!     })
//!     .start()?;
//! println!("http://{}/metrics", exporter.local_addr());
//! # Ok::<(), wf_exporter::StartError>(())
//! ```
//!
//! # What it promises
//!
//! * Everything recorded is on `GET /metrics`, in text 0.0.4, under vLLM's names with `wf_` for
//!   `vllm:` and base units (`VLLM.md` in this crate lists what differs, and has the queries for
//!   objectives); `promtool check metrics` finds nothing. Series of call-sites that are
//!   known from the start are there before the first event, at zero, so that `rate()` sees the
//!   first one.
//! * The page is always one that Prometheus can read. What would break it (a name, a label, buckets, a second kind, a repeated series)
//!   is refused with a [`FamilyError`] and counted in `wf_families_refused_total`. What is not a number is left out.
//! * It takes one thread, which sleeps between scrapes, and touches nothing else in the process. No recording waits for a scrape.
//! * No peer can occupy it: it takes 64 connections at once, and the one that has been idle longest
//!   is closed for the next. A request has 8 KiB of header and 5 s to arrive; its answer has 10 s to
//!   be read, half a second where other peers wait. A panic in a [collector](Builder::collector) costs that collector's
//!   families of that scrape.
//! * It listens on loopback only, and answers to the names of this machine only
//!   ([`Builder::allow_host`] adds others), so that no web page can read it. Every local process can.
//!   It changes nothing: it takes `GET` and `HEAD`.
//!
//! # What a scrape costs
//!
//! About 7 µs and 1 KiB a histogram, on the exporter's thread: with 200 histograms of 10,000 latencies each, 4,600 lines of samples
//! are 203 kB, made in 1.0 ms (two shared cores of an AMD EPYC; `cargo run --release -p wf-exporter --example
//! scrape_cost`). To that, [`Snapshot::take`](wf_instrument::snapshot::Snapshot::take) adds its own cost for each histogram. A page is
//! held in memory until its scraper has taken it.
//!
//! Buckets answer for whole recorded buckets, 1/128 of their value wide: see [`Bounds`].
//!
//! # What it does not do
//!
//! No OpenMetrics or protobuf (so no exemplars and no native histograms), no compression, no TLS, no access from other machines, no
//! push. Two scrapes are never made at once, so a slow collector makes every scraper wait; a slow scraper makes nobody wait.
//!
//! # Features
//!
//! `sense`: `sensors`, a collector over what the SDK's sensors read. `govern`: `governor`, a collector over where the governor
//! stands, and `profile`, one over what the machine is good for.

mod buckets;
pub mod catalog;
mod column;
mod descriptor;
mod error;
mod exporter;
mod families;
mod family;
#[cfg(feature = "govern")]
mod governor;
mod page;
#[cfg(feature = "govern")]
mod profile;
mod recorded;
#[cfg(feature = "sense")]
mod sensors;
mod server;
mod text;

#[cfg(all(test, feature = "govern", feature = "sense"))]
mod tests;

pub use self::buckets::{Bounds, Buckets};
pub use self::error::StartError;
pub use self::exporter::{Builder, Exporter};
pub use self::families::Families;
pub use self::family::{Family, FamilyError, Histogram, Value};
#[cfg(feature = "govern")]
pub use self::governor::governor;
#[cfg(feature = "govern")]
pub use self::profile::profile;
#[cfg(feature = "sense")]
pub use self::sensors::sensors;
pub use wf_port::{Address, HostNameError};
