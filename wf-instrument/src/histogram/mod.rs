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
#[cfg(feature = "enabled")]
mod layout;
#[cfg(feature = "enabled")]
mod quantile;
mod recorder;
#[cfg(all(feature = "enabled", feature = "serde"))]
mod serialized;
#[cfg(feature = "enabled")]
mod shard;
#[cfg(feature = "enabled")]
mod snapshot;
#[cfg(feature = "enabled")]
mod sum;
#[cfg(feature = "enabled")]
mod wide;

pub use self::recorder::Recorder;
#[cfg(feature = "enabled")]
pub use self::{layout::Layout, quantile::samples_needed, snapshot::HistogramSnapshot};
#[cfg(feature = "hdr")]
pub use hdrhistogram::RecordError;

#[cfg(feature = "enabled")]
pub(crate) use self::{shard::Shard, sum::sum_of};
#[cfg(not(feature = "enabled"))]
use crate::disabled::Shard;
