//! What a machine is good for to begin with: pool sizes by rule of thumb, and three tiers of hardware.
//!
//! Starting points, not truths: the governor moves on from them by evidence.

mod pools;

use std::fmt;

pub use self::pools::Pools;
use wf_instrument::Bytes;

/// A class of hardware, and what it carries to begin with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// The highest tier whose pool [`Pools`] would fill with these cores, and whose models fit into this memory.
    ///
    /// The tiers say nothing about hardware, so these thresholds are ours: half the cores reach a pool of 4 at 8 cores and of 8 at 16. A
    /// model is taken as 4 GB (7 billion parameters at 4 bits), and models get 60 % of the 85 % of memory that are not safety
    /// margin: two need 15 GiB, six need 44, which machines sold as 16 and 48 have.
    #[must_use]
    pub fn identify(cores: f64, memory: Bytes) -> Self {
        let fits = |tier: &Self| cores >= tier.cores_needed() && memory >= tier.memory_needed();
        [Self::High, Self::Mid]
            .into_iter()
            .find(fits)
            .unwrap_or(Self::Low)
    }

    /// The tier of a machine whose models may live in main memory or on a GPU, with the memory of each GPU.
    ///
    /// The memory that a tier needs must be in *one* place: main memory, or the largest GPU's. They are not added up, since a model that
    /// is spread over two places runs at the pace of the link between them. A GPU stands in for memory alone and takes the same amount
    /// of it, as its memory is shared out in the same way; the pool's threads run on processors wherever the models live, so cores count as
    /// before.
    ///
    /// ```
    /// use wf_govern::sizing::tier::Tier;
    /// use wf_instrument::Bytes;
    ///
    /// let gib = |n: u64| Bytes::new(n << 30);
    /// assert_eq!(Tier::identify_with_gpus(8.0, gib(12), &[gib(24)]), Tier::Mid);
    /// assert_eq!(Tier::identify_with_gpus(8.0, gib(12), &[gib(12), gib(12)]), Tier::Low);
    /// ```
    #[must_use]
    pub fn identify_with_gpus(cores: f64, memory: Bytes, vram: &[Bytes]) -> Self {
        let largest = vram.iter().copied().fold(memory, Bytes::max);
        Self::identify(cores, largest)
    }

    /// Models that may be resident at the same time.
    #[must_use]
    pub const fn models(self) -> u64 {
        match self {
            Self::Low => 1,
            Self::Mid => 2,
            Self::High => 6,
        }
    }

    /// Threads that may run models before there is evidence that more of them help.
    #[must_use]
    pub const fn pool(self) -> u64 {
        match self {
            Self::Low => 2,
            Self::Mid => 4,
            Self::High => 8,
        }
    }

    /// How requests are spread over the models.
    #[must_use]
    pub const fn balancing(self) -> Balancing {
        match self {
            Self::Low => Balancing::None,
            Self::Mid => Balancing::RoundRobin,
            Self::High => Balancing::Performance,
        }
    }

    /// Whether requests run beside each other.
    #[must_use]
    pub const fn is_asynchronous(self) -> bool {
        !matches!(self, Self::Low)
    }

    /// Why these cores and this memory are this tier, in a sentence.
    #[must_use]
    pub fn explain(cores: f64, memory: Bytes) -> String {
        let tier = Self::identify(cores, memory);
        let had = format!("{cores} cores and {memory}");
        let carries = format!(
            "{tier} tier: {} model(s), pool of {}",
            tier.models(),
            tier.pool()
        );
        match tier.next() {
            None => format!("{had} are the {carries}"),
            Some(next) => format!(
                "{had} are the {carries}; the {next} tier starts at {} cores and {}",
                next.cores_needed(),
                next.memory_needed()
            ),
        }
    }

    /// The tier above; `None` for the highest.
    pub(crate) const fn next(self) -> Option<Self> {
        match self {
            Self::Low => Some(Self::Mid),
            Self::Mid => Some(Self::High),
            Self::High => None,
        }
    }

    /// Processors that it takes.
    pub(crate) const fn cores_needed(self) -> f64 {
        match self {
            Self::Low => 0.0,
            Self::Mid => 8.0,
            Self::High => 16.0,
        }
    }

    /// Memory that it takes, in one place.
    pub(crate) const fn memory_needed(self) -> Bytes {
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

/// How requests are spread over models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Balancing {
    /// One after the other.
    None,
    /// In turn.
    RoundRobin,
    /// To the one that is expected to answer first.
    Performance,
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
                Tier::identify(cores, Bytes::new(gib * GIB)),
                tier,
                "{cores} cores, {gib} GiB"
            );
        }
    }

    #[test]
    fn the_largest_gpu_may_stand_in_for_memory_and_for_nothing_else() {
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
            let identified = Tier::identify_with_gpus(cores, memory, &gpus);
            assert_eq!(identified, tier, "{cores} cores, {ram} GiB, GPUs {vram:?}");
        }
    }

    proptest! {
        #[test]
        fn more_of_anything_is_never_a_lower_tier(
            cores in 0.0_f64..40.0, memory in 0..64 * GIB, vram in prop::collection::vec(0..64 * GIB, 0..4),
            more_cores in 0.0_f64..40.0, more in 0..64 * GIB, another in 0..64 * GIB,
        ) {
            let gpus: Vec<Bytes> = vram.iter().copied().map(Bytes::new).collect();
            let had = Tier::identify_with_gpus(cores, Bytes::new(memory), &gpus);
            let with_cores = Tier::identify_with_gpus(cores + more_cores, Bytes::new(memory), &gpus);
            let with_memory = Tier::identify_with_gpus(cores, Bytes::new(memory + more), &gpus);
            let with_gpu = Tier::identify_with_gpus(cores, Bytes::new(memory), &[&gpus[..], &[Bytes::new(another)]].concat());
            prop_assert!(had <= with_cores && had <= with_memory && had <= with_gpu);
        }
    }

    #[test]
    fn the_explanation_says_what_is_missing_for_the_next_tier() {
        let told = Tier::explain(2.0, Bytes::new(4 * GIB));
        assert!(
            told.contains("low tier") && told.contains("8 cores and 15 GiB"),
            "{told}"
        );
    }
}
