//! Measure AI inference from inside a Rust process.
//!
//! Annotate the functions that serve a model; read what they did as plain values, at any time, from any thread.
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
//! Annotated code *records* into shards that its thread alone writes: no lock, no allocation after a thread's first samples, no system
//! call, no failure. A [`Snapshot`](snapshot::Snapshot) sums the shards without the writers' help; a [`Window`](snapshot::Window) is the
//! difference of two. Nothing is ever reset, so any number of readers agree. The crates beside this one use that: `wf-sense` reads the
//! machine, `wf-govern` reads windows and readings and moves knobs, and `wf-exporter` exports snapshots to Prometheus.
//!
//! Histograms are log-linear over all of `u64`, within 1/128 of every value; their memory does not grow with the number of samples.
//!
//! | to | use |
//! |---|---|
//! | measure a function, a request, a picture | [`wf_measure`] |
//! | count tokens where the function returns no stream | [`wf_token`] |
//! | say that a picture is there, where no function draws it | [`wf_frame`] |
//! | count or show something of one's own | [`wf_count`], [`wf_gauge`], [`registry`] |
//! | say that a request is through its queue | [`admitted`] |
//! | say that an answer was cut at the longest that was asked for | [`truncated`] |
//! | read it all | [`snapshot`] |
//! | test what code records, apart from other tests | [`snapshot::Isolated`] |
//!
//! # What it costs
//!
//! The clock dominates: a reading of the TSC is about 10 ns on the machines we measured. `cargo xtask bench` prints what your
//! machine takes; the figures and the machine that they come from are in `benches/README.md`. The first measurement calibrates the clock
//! (usually 10 to 20 ms, at most 200): call [`clock::calibrate`] early where that matters.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `enabled` (default) | measuring. Set by the final application; without it annotated items are left untouched, the form of arguments is still checked, handles do nothing, and the dependencies shrink to the macros and what the adapters' traits need |
//! | `tokio`, `crossbeam` | measured receivers of these channels |
//! | `fenced` | stamps in program order, for those who measure below a microsecond: 6 ns more each |
//! | `mock` | a clock that tests move by hand |
//!
//! Libraries that only annotate should depend on this crate with `default-features = false`. The macros, [`registry`] with its handles and the
//! adapters in [`record`] are there in either build; `snapshot`, `clock` and what they return only where something is measured.
//!
//! # Caveats
//!
//! - The TSC is read without a fence: the processor may take a stamp some 20 ns early. Below 100 ns, read durations with that in mind.
//! - With `panic = "abort"` nothing is ever recorded as panicked.
//! - Recording inside a signal handler is not supported.
//! - Linux, Windows and macOS measure; other targets with 64-bit atomics may build. A target without them, and WebAssembly,
//!   build annotated code unmeasured; with `enabled` the build fails and says why.

#[cfg(all(feature = "enabled", not(wf_loom)))]
pub mod clock;
#[cfg(all(feature = "enabled", not(wf_loom)))]
mod counter;
#[cfg(not(feature = "enabled"))]
mod disabled;
#[cfg(not(wf_loom))]
pub mod fork;
#[cfg(all(feature = "enabled", not(wf_loom)))]
mod gauge;
#[cfg(feature = "enabled")]
pub mod histogram;
#[cfg(not(feature = "enabled"))]
#[path = "disabled/histogram.rs"]
pub mod histogram;
#[cfg(all(feature = "enabled", not(wf_loom)))]
mod image;
#[cfg(all(feature = "enabled", not(wf_loom)))]
mod labels;
#[cfg(all(feature = "enabled", not(wf_loom)))]
mod load;
#[cfg(all(test, wf_loom))]
mod models;
#[cfg_attr(
    not(feature = "enabled"),
    expect(dead_code, reason = "nothing ends where nothing is measured")
)]
mod outcome;
#[cfg(all(feature = "enabled", not(wf_loom)))]
#[doc(hidden)]
pub mod private;
#[cfg(not(feature = "enabled"))]
#[doc(hidden)]
#[path = "disabled/private.rs"]
pub mod private;
#[cfg(not(wf_loom))]
pub mod record;
#[cfg(all(feature = "enabled", not(wf_loom)))]
pub mod registry;
#[cfg(feature = "enabled")]
mod series;
#[cfg(all(feature = "enabled", not(wf_loom)))]
mod site;
#[cfg(not(wf_loom))]
mod slo;
#[cfg(all(feature = "enabled", not(wf_loom)))]
pub mod snapshot;
#[cfg(feature = "enabled")]
mod sync;
#[cfg(feature = "enabled")]
mod thread;
mod units;

#[cfg(not(feature = "enabled"))]
pub use self::disabled::{Counter, Gauge, registry};
#[cfg(all(feature = "enabled", not(wf_loom)))]
pub use self::{counter::Counter, gauge::Gauge};
#[cfg(not(wf_loom))]
pub use self::{
    outcome::Outcome,
    record::{Generation, admitted, truncated},
    slo::Target,
    units::{Bytes, Celsius, Hertz, Joules, Nanos, PerSecond, Ratio, Unit, Watts},
};

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
