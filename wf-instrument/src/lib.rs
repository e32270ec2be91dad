//! Measure AI inference from inside a Rust process.
//!
//! Annotate the functions that serve a model; read what was measured as plain values, at any time,
//! from any thread.
//!
//! ```
//! use wf_instrument::wf_measure;
//!
//! #[wf_measure(ttft, model = "tiny")]
//! fn generate(prompt: &str) -> impl Iterator<Item = String> {
//!     prompt.split(' ').map(str::to_owned).collect::<Vec<_>>().into_iter()
//! }
//!
//! assert_eq!(generate("three tokens long").count(), 3);
//! # #[cfg(feature = "enabled")] {
//! use wf_instrument::snapshot::Snapshot;
//!
//! let snapshot = Snapshot::take();
//! let tiny = snapshot.metrics.generations.iter().find(|row| &*row.model == "tiny");
//! assert_eq!(tiny.map(|row| row.tokens), Some(3));
//! # }
//! ```
//!
//! # Design
//!
//! Annotated code records into shards that only its own thread writes: no lock, no allocation after
//! the first samples of a thread, no system call, no failure. A [`Snapshot`](snapshot::Snapshot)
//! sums the shards without stopping the writers; a [`Window`](snapshot::Window) is the difference
//! of two snapshots. Nothing is ever reset, so any number of readers agree. The crates beside this
//! one build on that: `wf-sense` reads the machine, `wf-govern` reads windows and readings and
//! moves knobs, and `wf-exporter` exports snapshots to Prometheus.
//!
//! Histograms are log-linear over all of `u64`, within 1/128 of every value; their memory does not
//! grow with the number of samples.
//!
//! | to | use |
//! |---|---|
//! | measure a function, a request, a frame | [`wf_measure`] |
//! | count tokens where the function returns no stream | [`wf_token`] |
//! | record a frame that no function draws | [`wf_frame`] |
//! | count or set a value of the application | [`wf_count`], [`wf_gauge`], [`registry`] |
//! | record that a request leaves its queue | [`admitted`] |
//! | record that a response was cut at its length limit | [`truncated`] |
//! | read all of it | [`snapshot`] |
//! | test what code records, apart from other tests | [`snapshot::Isolated`] |
//!
//! # What it costs
//!
//! The clock dominates: reading the TSC takes 7 to 10 ns on the machines we measured. `cargo xtask
//! bench` prints the costs on your machine; `benches/README.md` has ours and names the machine. The
//! first measurement calibrates the clock (usually 10 to 20 ms, at most 200): call
//! [`clock::calibrate`] early where that matters.
//!
//! # Features
//!
//! - `enabled` (default): measuring. Set by the final application. Without it annotated items are
//!   left untouched, the form of arguments is still checked, handles do nothing, and the
//!   dependencies shrink to the macros and what the adapters' traits need. A build measures if any
//!   crate in it sets the feature; `wf-govern` and `wf-exporter` do.
//! - `tokio`, `crossbeam`: measured receivers of these channels.
//! - `hdr`: conversion of histograms from and to `hdrhistogram`.
//! - `serde`: snapshots, windows and histograms implement `Serialize` and `Deserialize`.
//! - `fenced`: clock readings in program order, for durations below a microsecond. A duration then
//!   includes 6 ns of its own measurement (bench `accuracy`).
//! - `mock`: a clock that tests move by hand.
//!
//! Libraries that only annotate should depend on this crate with `default-features = false`. The
//! macros, [`registry`] with its handles and the adapters in [`record`] exist in either build;
//! `snapshot`, `clock` and the types they return only where the build measures.
//!
//! # Caveats
//!
//! - The TSC is read without a fence: the processor may read it some 20 ns early. Below 100 ns,
//!   read durations with that in mind.
//! - With `panic = "abort"` nothing is ever recorded as panicked.
//! - Recording inside a signal handler is not supported.
//! - Linux, Windows and macOS measure; other targets with 64-bit atomics may build. A target
//!   without them, and WebAssembly, build annotated code unmeasured; with `enabled` the build fails
//!   and says why.
//!
//! Terms of this documentation are defined in the [`glossary`].
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "enabled")]
mod after_fork;
#[cfg(feature = "enabled")]
pub mod clock;
mod counter;
#[cfg(not(feature = "enabled"))]
mod disabled;
pub mod fork;
mod gauge;
#[doc = include_str!("../GLOSSARY.md")]
pub mod glossary {}
pub mod histogram;
#[cfg(feature = "enabled")]
mod image;
#[cfg(feature = "enabled")]
mod labels;
#[cfg(feature = "enabled")]
mod on_load;
#[cfg_attr(
    not(feature = "enabled"),
    expect(dead_code, reason = "nothing ends where nothing is measured")
)]
mod outcome;
#[doc(hidden)]
pub mod private;
pub mod record;
pub mod registry;
#[cfg(feature = "enabled")]
mod series;
#[cfg(feature = "enabled")]
mod site;
mod slo;
#[cfg(feature = "enabled")]
pub mod snapshot;
mod sync;
#[cfg(feature = "enabled")]
mod thread;
mod units;

pub use self::{
    counter::Counter,
    gauge::Gauge,
    outcome::Outcome,
    record::{Generation, admitted, truncated},
    slo::Target,
    units::{BaseUnit, Bytes, Celsius, Hertz, Joules, Nanos, PerSecond, Ratio, Unit, Watts},
};

#[cfg(not(feature = "enabled"))]
use self::disabled as thread;

#[doc(inline)]
pub use wf_instrument_macros::wf_skip;
// Which form of a macro a crate gets is decided here. A feature of the macros' crate would not do:
// Cargo builds that crate once for the host, with the features of all who use it, be they build
// scripts that measure and libraries that do not.
#[cfg(feature = "enabled")]
#[doc(inline)]
pub use wf_instrument_macros::{wf_count, wf_frame, wf_gauge, wf_measure, wf_token};
#[cfg(not(feature = "enabled"))]
#[doc(inline)]
pub use wf_instrument_macros::{
    wf_count_disabled as wf_count, wf_frame_disabled as wf_frame, wf_gauge_disabled as wf_gauge,
    wf_measure_disabled as wf_measure, wf_token_disabled as wf_token,
};
