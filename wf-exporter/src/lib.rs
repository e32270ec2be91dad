//! A Prometheus endpoint inside the process that wf-instrument measures.
//!
//! ```
//! use wf_exporter::{Exporter, Family};
//!
//! let exporter = Exporter::builder()
//!     .address(([127, 0, 0, 1], 0)) // the default is port 9464; port 0 takes any free one
//!     .collector(|families| {
//!         families.add(Family::gauge("queue_depth", "Jobs that wait.").sample(&[], 3.0))
//!     })
//!     .start()?;
//! println!("http://{}/metrics", exporter.local_addr());
//! # Ok::<(), wf_exporter::StartError>(())
//! ```
//!
//! # Guarantees
//!
//! * Everything recorded is on `GET /metrics`, in text format 0.0.4, under vLLM's names with `wf_`
//!   for `vllm:` and in base units. `METRICS.md` in this crate lists every family, `VLLM.md` what
//!   differs from vLLM. `promtool check metrics` reports nothing. Series of call-sites that are
//!   known at start exist before the first event, at zero, so that `rate()` counts the first one.
//! * Prometheus can always read the page. A family that would break it (a name, a label, buckets, a
//!   second type, a repeated series) is refused with a [`FamilyError`] and counted in
//!   `wf_families_refused_total`. A value that is not a number is left out.
//! * The exporter has one thread, which sleeps between scrapes, and changes nothing else in the
//!   process. No recording waits for a scrape.
//! * No client can occupy it. It accepts 64 connections at once and closes the one that has been
//!   idle longest for the next. A request has 8 KiB of header and 5 s to arrive; a client has 10 s
//!   to read the response, or 0.5 s while others wait. A panic in a [collector](Builder::collector)
//!   costs that collector's families of that scrape.
//! * It listens on loopback only and accepts requests for the names of this machine only
//!   ([`Builder::allow_host`] adds others), so that no web page can read it. Every local process
//!   can. It changes nothing: it accepts `GET` and `HEAD`.
//!
//! # Cost of a scrape
//!
//! About 7 µs and 1 KiB for each histogram, on the exporter's thread: with 200 histograms of 10,000
//! latencies each, 4,600 lines of samples are 203 kB, written in 1.0 ms (two shared cores of an AMD
//! EPYC; `cargo run --release -p wf-exporter --example scrape_cost`).
//! [`Snapshot::take`](wf_instrument::snapshot::Snapshot::take) adds its own cost for each
//! histogram. A page is held in memory until its client has read it.
//!
//! Buckets count whole recorded buckets, which are 1/128 of their value wide: see [`Bounds`].
//!
//! # Limits
//!
//! No OpenMetrics or protobuf (so no exemplars and no native histograms), no compression, no TLS,
//! no access from other machines, no push. Two scrapes never run at once, so a slow collector
//! delays every client; a slow client delays nobody.
//!
//! # Features
//!
//! * `sense`: `sensors`, a collector of the readings of `wf_sense`.
//! * `govern`: `governor`, a collector of the state of `wf_govern`'s governor, and `profile`, one
//!   of the initial settings for this hardware. Enables `sense`.
//!
//! This crate enables measuring in the whole build: the feature `enabled` of wf-instrument.
//!
//! Terms of this documentation are defined in the [glossary](wf_instrument::glossary).
#![cfg_attr(docsrs, feature(doc_cfg))]

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
pub use self::sensors::{sensors, sensors_from};
pub use wf_port::{Address, HostNameError};
