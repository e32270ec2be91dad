//! What this machine is good for to begin with: its tier, its threads, and how its memory is shared out.

mod explain;
mod found;
mod machine;
#[cfg(test)]
mod tests;

pub use self::machine::Machine;
use crate::sizing::budget::{Budget, Shares};
use crate::sizing::tier::{Pools, Tier};
use wf_instrument::Bytes;

/// What follows from the hardware before anything has been measured. All of it is a starting point that the governor moves on from.
///
/// What is unknown takes away what needs it and nothing else: without the number of processors the tier is low and the threads
/// are those of one processor; without the amount of memory there is no budget for it, and the tier is low unless a GPU carries more.
///
/// ```
/// use wf_instrument::Bytes;
/// use wf_govern::sizing::profile::{Machine, Profile};
/// use wf_govern::sizing::tier::Tier;
///
/// let profile = Profile::of(Machine {
///     cores: Some(8.0),
///     host_cores: Some(64.0),
///     quota: Some(8.0),
///     memory: Some(Bytes::new(12 << 30)),
///     vram: Some(vec![Bytes::new(24 << 30)]),
///     ..Machine::default()
/// });
/// assert_eq!(profile.tier, Tier::Mid);
/// assert_eq!(profile.pools.inference, 4);
/// assert_eq!(profile.vram.len(), 1);
/// println!("{}", profile.explain());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// What it follows from.
    pub machine: Machine,
    /// How many models the machine carries, and how requests are spread over them.
    pub tier: Tier,
    /// Threads to begin with.
    pub pools: Pools,
    /// Shares of main memory; `None` where it is unknown how much of it may be used.
    pub memory: Option<Budget>,
    /// Shares of each GPU's memory, in the order of [`Machine::vram`]. Where models live there, main memory's share for them may
    /// follow [use](Budget::following).
    pub vram: Vec<Budget>,
}

impl Profile {
    /// The profile of a machine. Allocates a budget for each GPU.
    #[must_use]
    pub fn of(machine: Machine) -> Self {
        let cores = machine.usable_cores().unwrap_or(0.0);
        let memory = machine.usable_memory();
        let gpus = machine.gpus();
        let tier = Tier::identify_with_gpus(cores, memory.unwrap_or(Bytes::new(0)), gpus);
        Self {
            tier,
            pools: Pools::for_cores(cores),
            memory: memory.map(Budget::new),
            vram: gpus.iter().copied().map(Budget::new).collect(),
            machine,
        }
    }

    /// The same profile with other shares of every memory: those [shifted by tier](Shares::of),
    /// say.
    ///
    /// ```
    /// use wf_govern::sizing::budget::{Part, Shares};
    /// use wf_govern::sizing::profile::{Machine, Profile};
    ///
    /// let profile = Profile::of(Machine::default());
    /// let shares = Shares::of(profile.tier);
    /// let shifted = profile.with_shares(shares);
    /// # assert_eq!((shares.percent(Part::Models), shifted.memory), (70, None));
    /// ```
    #[must_use]
    pub fn with_shares(self, shares: Shares) -> Self {
        let share = |budget: Budget| Budget::with_shares(budget.total(), shares);
        Self {
            memory: self.memory.map(share),
            vram: self.vram.into_iter().map(share).collect(),
            ..self
        }
    }
}
