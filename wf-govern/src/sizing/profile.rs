//! The initial settings that follow from the hardware.

use std::fmt;

use wf_instrument::Bytes;

use super::hardware::{Hardware, valid};
use super::{Budget, Pools, Shares, Tier};
use crate::number::to_f64;

/// The initial settings for this hardware, before anything has been measured.
///
/// A value that is unknown removes only the settings that need it: without the number of cores, the
/// tier is low and the pools are those of one core; without the amount of memory, there is no
/// budget of it, and the tier is low unless a GPU has enough memory.
///
/// Its `Display` is a table for people, one setting a line.
///
/// ```
/// use wf_govern::sizing::{Hardware, Profile, Tier};
/// use wf_instrument::Bytes;
///
/// let mut hardware = Hardware::default();
/// hardware.cores = Some(8.0);
/// hardware.memory = Some(Bytes::new(12 << 30));
/// hardware.gpu_memory = Some(vec![Bytes::new(24 << 30)]);
///
/// let profile = Profile::of(hardware);
/// assert_eq!(profile.tier, Tier::Mid);
/// assert_eq!(profile.pools.inference, 4);
/// assert_eq!(profile.gpu_memory.len(), 1);
/// println!("{profile}");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Profile {
    /// The hardware that the settings follow from.
    pub hardware: Hardware,
    /// Tier of the hardware: number of models, and distribution of requests over them.
    pub tier: Tier,
    /// Initial sizes of the thread pools.
    pub pools: Pools,
    /// Budget of main memory; `None` if it is unknown how much of it may be used.
    pub memory: Option<Budget>,
    /// Budget of the memory of each GPU, in the order of [`Hardware::gpu_memory`]. If models are
    /// there, main memory may be [rebalanced](Budget::rebalanced) by use.
    pub gpu_memory: Vec<Budget>,
}

impl Profile {
    /// Computes the profile of this hardware.
    #[must_use]
    pub fn of(hardware: Hardware) -> Self {
        let cores = hardware.usable_cores().unwrap_or(0.0);
        let memory = hardware.usable_memory();
        let gpus = hardware.gpus();
        Self {
            tier: Tier::identify(cores, memory.unwrap_or_default(), gpus),
            pools: Pools::for_cores(cores),
            memory: memory.map(Budget::new),
            gpu_memory: gpus.iter().copied().map(Budget::new).collect(),
            hardware,
        }
    }

    /// Replaces the shares of every budget, for example by those of its tier.
    ///
    /// ```
    /// use wf_govern::sizing::{Hardware, Part, Profile, Shares};
    ///
    /// let profile = Profile::of(Hardware::default());
    /// let shares = Shares::for_tier(profile.tier);
    /// let profile = profile.with_shares(shares);
    /// # assert_eq!((shares.percent(Part::Models), profile.memory), (70, None));
    /// ```
    #[must_use]
    pub fn with_shares(self, shares: Shares) -> Self {
        let share = |budget: Budget| Budget::with_shares(budget.total(), shares);
        Self {
            memory: self.memory.map(share),
            gpu_memory: self.gpu_memory.into_iter().map(share).collect(),
            ..self
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Pools {
            inference,
            background,
            ui,
        } = self.pools;
        write!(f, "cores          {}", cores(&self.hardware))?;
        write!(f, "\nmemory         {}", usable_memory(&self.hardware))?;
        write!(f, "\nGPUs           {}", gpus(&self.hardware))?;
        write!(f, "\ntier           {}", tier(self.tier))?;
        if let Some(next) = self.tier.next() {
            write!(f, "\nnext tier      {}", next_tier(next))?;
        }
        write!(
            f,
            "\nthread pools   inference {inference}, background {background}, UI {ui}"
        )?;
        write!(f, "\ngovernor       {}", governor(self))?;
        let memory = self.memory.as_ref().map_or_else(unknown, Budget::to_string);
        write!(f, "\nmemory budget  {memory}")?;
        for (device, budget) in self.gpu_memory.iter().enumerate() {
            write!(f, "\nGPU {device} budget   {budget}")?;
        }
        Ok(())
    }
}

fn unknown() -> String {
    "unknown".to_owned()
}

fn cores(hardware: &Hardware) -> String {
    let usable = hardware.usable_cores().map_or_else(unknown, rounded);
    let host = valid(hardware.host_cores).map_or_else(unknown, rounded);
    match valid(hardware.cpu_quota) {
        Some(quota) => format!("{usable} (host {host}, CPU quota {})", rounded(quota)),
        None => format!("{usable} (host {host}, no CPU quota found)"),
    }
}

fn usable_memory(hardware: &Hardware) -> String {
    let shown = |bytes: Option<Bytes>| bytes.map_or_else(unknown, |bytes| bytes.to_string());
    let (usable, host) = (hardware.usable_memory(), hardware.host_memory);
    format!("{} (host {})", shown(usable), shown(host))
}

fn gpus(hardware: &Hardware) -> String {
    let largest = hardware.gpus().iter().max();
    match (&hardware.gpu_memory, largest) {
        (None, _) => unknown(),
        (Some(_), None) => "none".to_owned(),
        (Some(all), Some(largest)) => format!("{} (largest {largest})", all.len()),
    }
}

fn tier(tier: Tier) -> String {
    let mode = match tier.is_asynchronous() {
        true => "asynchronous",
        false => "synchronous",
    };
    let (models, pool, balancing) = (tier.models(), tier.pool(), tier.balancing());
    format!("{tier}: models {models}, inference pool {pool}, {mode}, {balancing}")
}

fn next_tier(next: Tier) -> String {
    let (cores, memory) = (next.min_cores(), next.min_memory());
    format!("{next}: from {cores} cores and {memory} of main memory or of one GPU")
}

/// The rule of the governor for inference threads, with the numbers of this hardware.
fn governor(profile: &Profile) -> String {
    let Some(cores) = profile.hardware.usable_cores() else {
        return "moves no threads while the number of cores is unknown".to_owned();
    };
    let (initial, most) = (to_f64(profile.pools.inference), cores.ceil());
    let pool = to_f64(profile.tier.pool()).min(most).max(initial);
    if initial >= most {
        "adds no inference thread: there is one for each core".to_owned()
    } else {
        let freely = format!("up to {pool} inference threads unless a trial shows harm");
        match most > pool {
            true => format!("{freely}, up to {most} if a trial shows a gain"),
            false => freely,
        }
    }
}

/// Rounds to a hundredth, where that does not overflow.
fn rounded(cores: f64) -> String {
    let rounded = (cores * 100.0).round() / 100.0;
    let shown = if rounded.is_finite() { rounded } else { cores };
    shown.to_string()
}

#[cfg(test)]
mod tests;
