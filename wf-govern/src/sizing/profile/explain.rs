//! A profile in sentences for people.

use super::found::{self, processors};
use super::{Machine, Profile};
use crate::number::to_f64;
use crate::sizing::tier::{Balancing, Tier};
use wf_instrument::Bytes;

impl Profile {
    /// What was found, what follows from it and why, what the next tier would take, and what may be gone beyond and when; what is unknown is
    /// said to be. One subject a line.
    ///
    /// Allocates.
    #[must_use]
    pub fn explain(&self) -> String {
        let mut lines = Vec::from(found::sentences(&self.machine));
        lines.push(tier(self.tier, &self.machine));
        lines.extend(self.tier.next().map(|next| next_tier(next, &self.machine)));
        lines.push(self.explain_pools());
        lines.push(self.explain_governor());
        lines.extend(self.explain_budgets());
        lines.join("\n")
    }

    fn explain_pools(&self) -> String {
        let cores = self.machine.usable_cores();
        let whole = cores.unwrap_or(1.0).floor().max(1.0);
        let known = match cores {
            Some(_) => "",
            None => " (as for one processor, since their number is unknown)",
        };
        format!(
            "Threads to begin with{known}: inference min({whole}/2, 8) = {}, background max(2, {whole}/4) = {}, UI {}; rounded down, at \
             least one each.",
            self.pools.inference, self.pools.background, self.pools.ui
        )
    }

    /// The governor's own rule: up to the tier's pool it needs no evidence, past that it does, and past the processors it never goes.
    fn explain_governor(&self) -> String {
        let Some(cores) = self.machine.usable_cores() else {
            return "The governor moves no threads while the number of processors is unknown."
                .to_owned();
        };
        let (has, most) = (to_f64(self.pools.inference), cores.ceil());
        let pool = to_f64(self.tier.pool()).min(most);
        let freely = format!("to {pool} inference threads and stay there unless that does harm");
        let by_evidence = |from| {
            format!(
                "past {from}, up to {most} (one for each processor), if an experiment shows a gain"
            )
        };
        if has >= most {
            "The governor adds no inference thread, since each processor has one.".to_owned()
        } else if has >= pool {
            format!("{LATE} {}.", by_evidence(has))
        } else if most > pool {
            format!("{LATE} {freely}; {}.", by_evidence(pool))
        } else {
            format!("{LATE} {freely}.")
        }
    }

    fn explain_budgets(&self) -> Vec<String> {
        let memory = match &self.memory {
            Some(budget) => format!("Memory, {}.", budget.explain()),
            None => {
                "Memory is not shared out, since it is unknown how much may be used.".to_owned()
            }
        };
        let gpus = self.vram.iter().enumerate();
        let gpus = gpus.map(|(i, budget)| format!("GPU {i}, {}.", budget.explain()));
        let shared = self.memory.is_some() || !self.vram.is_empty();
        let lending = shared.then(|| LENDING.to_owned());
        [memory].into_iter().chain(gpus).chain(lending).collect()
    }
}

fn tier(tier: Tier, machine: &Machine) -> String {
    let way = if tier.is_asynchronous() {
        "asynchronous"
    } else {
        "synchronous"
    };
    let models = match tier.models() {
        1 => "1 model".to_owned(),
        many => format!("{many} models"),
    };
    format!(
        "So it begins in the {tier} tier: {models}, pool of {}, {way}, {}{}.",
        tier.pool(),
        balanced(tier.balancing()),
        grounds(tier, machine)
    )
}

/// Why a machine has reached its tier; the lowest takes nothing.
fn grounds(tier: Tier, machine: &Machine) -> String {
    if tier == Tier::Low {
        return String::new();
    }
    let place = match machine.usable_memory() {
        Some(memory) if memory >= tier.memory_needed() => "main memory",
        _ => "the largest GPU",
    };
    format!("; {} are there, and {place} has the room", takes(tier))
}

/// What keeps a machine from its next tier.
fn next_tier(next: Tier, machine: &Machine) -> String {
    let missing = [missing_cores(next, machine), missing_memory(next, machine)];
    let missing: Vec<String> = missing.into_iter().flatten().collect();
    format!(
        "The {next} tier starts at {}; missing: {}.",
        takes(next),
        missing.join(", ")
    )
}

fn takes(tier: Tier) -> String {
    format!(
        "{} and {} in one place",
        processors(tier.cores_needed()),
        tier.memory_needed()
    )
}

fn missing_cores(next: Tier, machine: &Machine) -> Option<String> {
    let Some(cores) = machine.usable_cores() else {
        return Some("a known number of processors".to_owned());
    };
    let missing = next.cores_needed() - cores;
    (missing > 0.0).then(|| processors(missing.max(0.01)))
}

fn missing_memory(next: Tier, machine: &Machine) -> Option<String> {
    let largest = machine.usable_memory().max(machine.largest_gpu());
    let missing = next
        .memory_needed()
        .get()
        .saturating_sub(largest.unwrap_or_default().get());
    match (missing, machine.usable_memory()) {
        (0, _) => None,
        (_, None) => Some("a known amount of memory".to_owned()),
        (_, Some(_)) => Some(Bytes::new(missing).to_string()),
    }
}

const fn balanced(balancing: Balancing) -> &'static str {
    match balancing {
        Balancing::None => "one after the other",
        Balancing::RoundRobin => "in turn (round-robin)",
        Balancing::Performance => "balanced by performance",
    }
}

const LATE: &str = "Where requests wait longer than promised, the governor may go";
const LENDING: &str = "A part may go beyond its share by what others do not use, of which each keeps half; what stays free is never lent.";
