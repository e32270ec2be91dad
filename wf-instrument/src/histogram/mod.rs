//! Log-linear histograms: recorded by many threads without a lock, read by anyone at any time.
//!
//! | type | role |
//! |---|---|
//! | [`Layout`] | which bucket a value falls into; pure |
//! | [`Recorder`] | takes samples: one shard a thread, written by that thread alone |
//! | [`Frozen`] | the counts of a moment: adds, subtracts, answers quantiles |
//!
//! A recorder cannot be asked anything: freeze it, and ask what is frozen.

mod exchange;
mod frozen;
mod layout;
mod quantile;
#[cfg(not(wf_loom))]
mod recorder;
mod shard;
mod wide;

pub use self::frozen::Frozen;
pub use self::layout::Layout;
pub use self::quantile::samples_needed;
#[cfg(not(wf_loom))]
pub use self::recorder::Recorder;
pub use hdrhistogram::RecordError;

pub(crate) use self::shard::{Shard, Sum};
