//! Evidence of one tick, as plain values: the only input of the pure stages.
//!
//! [`Recent`] keeps the last snapshots and computes [`Evidence`] from
//! [windows](wf_instrument::snapshot::Window) between them. A quantile with too few samples in the
//! last second is taken over 5 s, then over 30 s. With too few samples even there it is `None`, and
//! nothing is decided by it.

mod fast;
mod host;
mod recent;
mod requests;

use std::fmt;
use std::sync::{Arc, LazyLock};

pub use self::fast::FastEvidence;
pub use self::host::Host;
pub(crate) use self::recent::Recent;
pub use self::requests::{Quantiles, RequestEvidence};
use wf_instrument::{Nanos, Ratio};
use wf_sense::Reading;

/// Evidence of one tick. Its `Display` is one line for an operator.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
#[non_exhaustive]
pub struct Evidence {
    /// Time of the tick.
    pub at: Nanos,
    /// Reason why this tick has no evidence. Nothing is moved then.
    pub missing: Option<Missing>,
    /// Length of the base window: from the last tick to this one.
    pub window: Nanos,
    /// Requests of all models together, since the last move of a knob at most.
    ///
    /// A move of any knob begins the windows of all models anew. So while one limit is raised step
    /// by step, the quantiles of other models can be `None`.
    pub requests: RequestEvidence,
    /// Requests of each model.
    pub models: Vec<(Arc<str>, RequestEvidence)>,
    /// Frames drawn as a share of the target rate: the worst of the functions that drew.
    pub frames: Option<Ratio>,
    /// Model loads, if a span named [`MODEL_LOAD`] measures them.
    pub model_loads: ModelLoads,
    /// The machine.
    pub host: Host,
    /// Fast readings since the last tick.
    pub fast: FastEvidence,
}

impl Evidence {
    /// Returns the requests of `model`, or of all models together. A model that is not measured has
    /// no evidence: requests of another one say nothing about it.
    pub(crate) fn requests_of(&self, model: Option<&str>) -> &RequestEvidence {
        static NONE: LazyLock<RequestEvidence> = LazyLock::new(RequestEvidence::default);
        match model {
            Some(model) => self.of_model(model).unwrap_or_else(|| &NONE),
            None => &self.requests,
        }
    }

    /// Returns the requests of `model`; `None` if it is not measured.
    pub(crate) fn of_model(&self, model: &str) -> Option<&RequestEvidence> {
        let mut models = self.models.iter();
        let (_, requests) = models.find(|(name, _)| &**name == model)?;
        Some(requests)
    }

    /// Returns the CPU utilisation: the highest of the process's share of its cores, its cgroup's
    /// share of the quota, and the host's. So a small quota counts, and so do the other
    /// programs of the host.
    #[must_use]
    pub fn cpu(&self) -> Option<Ratio> {
        highest(self.cpu_shares())
    }

    /// Returns the share of memory in use: of what this process may use or of the host's, whichever
    /// is higher.
    #[must_use]
    pub fn memory(&self) -> Option<Ratio> {
        highest(self.memory_shares())
    }

    /// The readings that [`cpu`](Self::cpu) is the highest of.
    pub(crate) const fn cpu_shares(&self) -> [&Reading<Ratio>; 3] {
        let host = &self.host;
        [&host.process_cpu, &host.group_cpu, &host.host_cpu]
    }

    /// The readings that [`memory`](Self::memory) is the highest of.
    pub(crate) const fn memory_shares(&self) -> [&Reading<Ratio>; 2] {
        [&self.host.memory, &self.host.host_memory]
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(missing) = &self.missing {
            return write!(f, "no evidence: {missing}");
        }
        write!(f, "{}", self.requests)?;
        let shares = [
            ("CPU", self.cpu()),
            ("memory", self.memory()),
            ("frames", self.frames),
        ];
        for (name, share) in shares {
            if let Some(share) = share {
                write!(f, ", {name} {:.0} %", share.as_percent())?;
            }
        }
        Ok(())
    }
}

/// Returns the highest of the known shares.
fn highest<const N: usize>(shares: [&Reading<Ratio>; N]) -> Option<Ratio> {
    let higher = |a: Ratio, b: Ratio| if a.get() < b.get() { b } else { a };
    let known = shares.into_iter().filter_map(Reading::value).copied();
    known.reduce(higher)
}

/// Model loads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
#[non_exhaustive]
pub struct ModelLoads {
    /// Number of models that are being loaded now.
    pub running: u64,
    /// Mean duration of the loads that ended ok in the last 30 s, or since a knob was moved.
    pub mean_duration: Option<Nanos>,
}

/// Name of the span that loads a model.
///
/// `#[wf_measure(name = "model_load")]` on the function that loads makes the load visible to the
/// governor.
pub const MODEL_LOAD: &str = "model_load";

/// Reason why a tick has no evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Missing {
    /// There is no earlier snapshot: the first tick.
    NoWindow,
    /// The snapshot is not later than the last one.
    ClockWentBack,
    /// The snapshot is older than [`Limits::stale_after`](crate::Limits::stale_after).
    Stale(Nanos),
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoWindow => f.write_str("there is no earlier snapshot yet"),
            Self::ClockWentBack => f.write_str("the snapshot is not later than the last one"),
            Self::Stale(age) => write!(f, "the snapshot is {age} old"),
        }
    }
}

#[cfg(test)]
mod tests;
