//! What was found on a machine, in sentences for people.

use super::Machine;
use super::machine::sensible;

/// A sentence each on processors, memory and GPUs.
pub(super) fn sentences(machine: &Machine) -> [String; 3] {
    [cores(machine), memory(machine), gpus(machine)]
}

/// So many processors.
pub(super) fn processors(count: f64) -> String {
    match shown(count) {
        1.0 => "1 processor".to_owned(),
        count => format!("{count} processors"),
    }
}

/// A number of processors for people: to a hundredth, where that does not overflow.
fn shown(cores: f64) -> f64 {
    let rounded = (cores * 100.0).round() / 100.0;
    if rounded.is_finite() { rounded } else { cores }
}

fn cores(machine: &Machine) -> String {
    let Some(cores) = machine.usable_cores() else {
        return "How many processors may be used is unknown.".to_owned();
    };
    let of = match sensible(machine.host_cores) {
        Some(host) => format!(
            "{} of the host's {} may be used",
            shown(cores),
            processors(host)
        ),
        None => format!(
            "{} may be used, and how many the host has is unknown",
            processors(cores)
        ),
    };
    let quota = match sensible(machine.quota) {
        Some(quota) => format!("a quota allows {}", shown(quota)),
        None => "no CPU quota that can be seen binds them".to_owned(),
    };
    format!("{of}; {quota}.")
}

fn memory(machine: &Machine) -> String {
    match (machine.usable_memory(), machine.host_memory) {
        (None, None) => "How much memory may be used is unknown.".to_owned(),
        (None, Some(host)) => format!(
            "How much memory may be used is unknown: the host has {host}, and a container may be allowed less."
        ),
        (Some(memory), None) => {
            format!("{memory} of memory may be used, and how much the host has is unknown.")
        }
        (Some(memory), Some(host)) if memory < host => {
            format!("{memory} of the host's {host} of memory may be used, by a container's limit.")
        }
        (Some(memory), Some(_)) => format!(
            "All of the host's {memory} of memory may be used; no limit that can be seen is lower."
        ),
    }
}

fn gpus(machine: &Machine) -> String {
    let largest = machine.largest_gpu();
    match (&machine.vram, largest) {
        (None, _) => "Whether there is a GPU is unknown.".to_owned(),
        (Some(_), None) => "There is no GPU.".to_owned(),
        (Some(all), Some(largest)) if all.len() == 1 => format!("There is a GPU with {largest}."),
        (Some(all), Some(largest)) => {
            format!("There are {} GPUs, the largest with {largest}.", all.len())
        }
    }
}
