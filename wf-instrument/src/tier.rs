//! What a machine is good for to begin with: pool sizes by rule of thumb, and three tiers of hardware.
//!
//! Starting points, not truths: the governor moves on from them by evidence.

use std::fmt;

use crate::units::Bytes;

/// How many threads to start with, by the number of processors that the process may use.
///
/// inference = min(cores/2, 8), background = max(2, cores/4), UI = 2; rounded down, at least one thread each.
///
/// ```
/// use wf_instrument::tier::Pools;
///
/// assert_eq!(Pools::for_cores(12.0), Pools { inference: 6, background: 3, ui: 2 });
/// assert_eq!(Pools::for_cores(1.0), Pools { inference: 1, background: 2, ui: 2 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pools {
    /// Threads that run models.
    pub inference: u64,
    /// Threads for everything that nobody waits for.
    pub background: u64,
    /// Threads for the user interface.
    pub ui: u64,
}

impl Pools {
    /// `cores` may be a fraction, as a container's quota is; anything senseless counts as one core.
    #[must_use]
    pub fn for_cores(cores: f64) -> Self {
        let cores = whole(cores).max(1);
        Self {
            inference: (cores / 2).clamp(1, 8),
            background: (cores / 4).max(2),
            ui: 2,
        }
    }
}

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
        let had = format!("{cores} cores and {:.1} GiB", gib(memory));
        let carries = format!(
            "{tier} tier: {} model(s), pool of {}",
            tier.models(),
            tier.pool()
        );
        match tier.next() {
            None => format!("{had} are the {carries}"),
            Some(next) => format!(
                "{had} are the {carries}; the {next} tier starts at {} cores and {:.0} GiB",
                next.cores_needed(),
                gib(next.memory_needed())
            ),
        }
    }

    const fn next(self) -> Option<Self> {
        match self {
            Self::Low => Some(Self::Mid),
            Self::Mid => Some(Self::High),
            Self::High => None,
        }
    }

    const fn cores_needed(self) -> f64 {
        match self {
            Self::Low => 0.0,
            Self::Mid => 8.0,
            Self::High => 16.0,
        }
    }

    const fn memory_needed(self) -> Bytes {
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

fn gib(memory: Bytes) -> f64 {
    memory.as_mebibytes() / 1024.0
}

/// Rounded down; NaN and negative numbers are 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturation is the intent"
)]
const fn whole(n: f64) -> u64 {
    n as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

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
    fn the_explanation_says_what_is_missing_for_the_next_tier() {
        let told = Tier::explain(2.0, Bytes::new(4 * GIB));
        assert!(
            told.contains("low tier") && told.contains("8 cores and 15 GiB"),
            "{told}"
        );
    }
}
