//! Tiers of hardware, and the initial sizes of thread pools.

use std::fmt;

use wf_instrument::Bytes;

/// A class of machines by cores and memory: low, mid or high.
///
/// It decides how many models are resident and how many threads run them at the start.
///
/// ```
/// use wf_govern::sizing::{Balancing, Tier};
/// use wf_instrument::Bytes;
///
/// let gib = |n: u64| Bytes::new(n << 30);
/// assert_eq!(Tier::identify(8.0, gib(15), &[]), Tier::Mid);
/// assert_eq!(Tier::identify(8.0, gib(12), &[gib(24)]), Tier::Mid);
/// assert_eq!(Tier::identify(8.0, gib(12), &[gib(12), gib(12)]), Tier::Low);
/// assert_eq!(Tier::Mid.balancing(), Balancing::RoundRobin);
/// assert!(Tier::Mid.is_asynchronous());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Tier {
    /// 1 model, pool of 2, synchronous.
    #[default]
    Low,
    /// 2 models, pool of 4, asynchronous, round-robin.
    Mid,
    /// 6 models, pool of 8, asynchronous, balanced by performance.
    High,
}

impl Tier {
    /// Returns the tier of these cores, this main memory and the memory of each GPU.
    ///
    /// The highest one that fits: the mid tier takes 8 cores and 15 GiB, the high tier 16 cores and
    /// 44 GiB. These thresholds are ours: half of the cores fill the tier's pool of 4 or 8 threads.
    /// A model is taken as 4 GB (7 billion parameters at 4 bits), and models get 60 % of the 85 %
    /// of memory that are not safety margin. Two models need 15 GiB and six need 44 GiB, which
    /// machines sold as 16 and 48 have.
    ///
    /// The memory must be in one place, main memory or one GPU: a model that is spread over two
    /// runs at the pace of the link between them. A GPU adds no cores, as the threads of the pool
    /// run on processors wherever the models are.
    #[must_use]
    pub fn identify(cores: f64, memory: Bytes, gpu_memory: &[Bytes]) -> Self {
        let largest = gpu_memory.iter().copied().fold(memory, Bytes::max);
        let fits = |tier: &Self| cores >= tier.min_cores() && largest >= tier.min_memory();
        [Self::High, Self::Mid]
            .into_iter()
            .find(fits)
            .unwrap_or(Self::Low)
    }

    /// Returns the number of models that may be resident at the same time.
    #[must_use]
    pub const fn models(self) -> u64 {
        match self {
            Self::Low => 1,
            Self::Mid => 2,
            Self::High => 6,
        }
    }

    /// Returns the inference threads that may run without evidence that more help.
    #[must_use]
    pub const fn pool(self) -> u64 {
        match self {
            Self::Low => 2,
            Self::Mid => 4,
            Self::High => 8,
        }
    }

    /// Returns the distribution of requests over the models.
    #[must_use]
    pub const fn balancing(self) -> Balancing {
        match self {
            Self::Low => Balancing::None,
            Self::Mid => Balancing::RoundRobin,
            Self::High => Balancing::Performance,
        }
    }

    /// Returns true if requests run concurrently.
    #[must_use]
    pub const fn is_asynchronous(self) -> bool {
        !matches!(self, Self::Low)
    }

    /// Returns the tier above; `None` for the highest.
    pub(super) const fn next(self) -> Option<Self> {
        match self {
            Self::Low => Some(Self::Mid),
            Self::Mid => Some(Self::High),
            Self::High => None,
        }
    }

    pub(super) const fn min_cores(self) -> f64 {
        match self {
            Self::Low => 0.0,
            Self::Mid => 8.0,
            Self::High => 16.0,
        }
    }

    /// Returns the minimum of memory in one place.
    pub(super) const fn min_memory(self) -> Bytes {
        match self {
            Self::Low => Bytes::new(0),
            Self::Mid => Bytes::new(15 << 30),
            Self::High => Bytes::new(44 << 30),
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Low => "low",
            Self::Mid => "mid",
            Self::High => "high",
        })
    }
}

/// A distribution of requests over models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Balancing {
    /// One model serves all requests.
    None,
    /// Models take turns.
    RoundRobin,
    /// The model with the shortest expected latency serves the request.
    Performance,
}

impl fmt::Display for Balancing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "no balancing",
            Self::RoundRobin => "round-robin balancing",
            Self::Performance => "balancing by performance",
        })
    }
}

/// Initial sizes of the thread pools.
///
/// ```
/// use wf_govern::sizing::Pools;
///
/// assert_eq!(Pools::for_cores(12.0), Pools { inference: 6, background: 3, ui: 2 });
/// assert_eq!(Pools::for_cores(1.0), Pools { inference: 1, background: 2, ui: 2 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Pools {
    /// Threads that run models.
    pub inference: u64,
    /// Threads of work in the background.
    pub background: u64,
    /// Threads of the user interface.
    pub ui: u64,
}

impl Pools {
    /// Returns the pools for the cores that the process may use.
    ///
    /// Inference min(cores/2, 8), background max(2, cores/4), UI 2; rounded down, at least one
    /// thread each. `cores` may be a fraction, as a CPU quota is. A value below 1 and NaN count as
    /// one core.
    #[must_use]
    pub fn for_cores(cores: f64) -> Self {
        let cores = floor(cores).max(1);
        Self {
            inference: (cores / 2).clamp(1, 8),
            background: (cores / 4).max(2),
            ui: 2,
        }
    }
}

/// Rounds down; NaN and negative numbers are 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturation is the intent"
)]
const fn floor(n: f64) -> u64 {
    n as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GIB: u64 = 1 << 30;

    #[test]
    fn a_tier_needs_its_cores_and_its_memory() {
        for (cores, gib, tier) in [
            (2.0, 4, Tier::Low),
            (7.9, 64, Tier::Low),
            (8.0, 15, Tier::Mid),
            (64.0, 14, Tier::Low),
            (16.0, 43, Tier::Mid),
            (16.0, 44, Tier::High),
            (f64::NAN, 64, Tier::Low),
        ] {
            assert_eq!(
                Tier::identify(cores, Bytes::new(gib * GIB), &[]),
                tier,
                "{cores} cores, {gib} GiB"
            );
        }
    }

    #[test]
    fn the_largest_gpu_replaces_main_memory_and_nothing_else() {
        for (cores, ram, vram, tier) in [
            (8.0, 14, vec![], Tier::Low),
            (8.0, 14, vec![14], Tier::Low),
            (8.0, 14, vec![15], Tier::Mid),
            (8.0, 15, vec![2], Tier::Mid),
            (8.0, 0, vec![4, 15, 8], Tier::Mid),
            (64.0, 14, vec![14, 14, 14, 14], Tier::Low),
            (16.0, 32, vec![43], Tier::Mid),
            (16.0, 32, vec![44], Tier::High),
            (4.0, 64, vec![80], Tier::Low),
            (8.0, 64, vec![80], Tier::Mid),
            (f64::NAN, 64, vec![80], Tier::Low),
        ] {
            let gpus: Vec<Bytes> = vram.iter().map(|gib| Bytes::new(gib * GIB)).collect();
            let memory = Bytes::new(ram * GIB);
            let identified = Tier::identify(cores, memory, &gpus);
            assert_eq!(identified, tier, "{cores} cores, {ram} GiB, GPUs {vram:?}");
        }
    }

    proptest! {
        #[test]
        fn more_hardware_is_never_a_lower_tier(
            cores in 0.0_f64..40.0,
            memory in 0..64 * GIB,
            vram in prop::collection::vec(0..64 * GIB, 0..4),
            more_cores in 0.0_f64..40.0,
            more in 0..64 * GIB,
            another in 0..64 * GIB,
        ) {
            let gpus: Vec<Bytes> = vram.iter().copied().map(Bytes::new).collect();
            let more_gpus = [&gpus[..], &[Bytes::new(another)]].concat();
            let before = Tier::identify(cores, Bytes::new(memory), &gpus);
            let with_cores = Tier::identify(cores + more_cores, Bytes::new(memory), &gpus);
            let with_memory = Tier::identify(cores, Bytes::new(memory + more), &gpus);
            let with_gpu = Tier::identify(cores, Bytes::new(memory), &more_gpus);
            prop_assert!(before <= with_cores && before <= with_memory && before <= with_gpu);
        }
    }

    #[test]
    fn pools_follow_the_formula_and_are_never_empty() {
        for (cores, inference, background) in [
            (f64::NAN, 1, 2),
            (-3.0, 1, 2),
            (0.5, 1, 2),
            (2.0, 1, 2),
            (4.0, 2, 2),
            (15.9, 7, 3),
            (16.0, 8, 4),
            (64.0, 8, 16),
        ] {
            let pools = Pools {
                inference,
                background,
                ui: 2,
            };
            assert_eq!(Pools::for_cores(cores), pools, "{cores} cores");
        }
    }
}
