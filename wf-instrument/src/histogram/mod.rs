//! Log-linear histograms: recorded by many threads without a lock, read by anyone at any time.
//!
//! | type | role |
//! |---|---|
//! | [`Layout`] | which bucket a value falls into; pure |
//! | [`Recorder`] | takes samples: one shard a thread, written by that thread alone |
//! | [`HistogramSnapshot`] | the counts at one moment: adds, subtracts, gives quantiles |
//!
//! A recorder only records: quantiles and counts are read from a snapshot of it.

#[cfg(feature = "hdr")]
mod exchange;
mod layout;
mod quantile;
mod recorder;
#[cfg(feature = "serde")]
mod serialized;
mod shard;
mod snapshot;
mod wide;

pub use self::layout::Layout;
pub use self::quantile::samples_needed;
pub use self::recorder::Recorder;
pub use self::snapshot::HistogramSnapshot;
#[cfg(feature = "hdr")]
pub use hdrhistogram::RecordError;

pub(crate) use self::shard::{Shard, Sum};
