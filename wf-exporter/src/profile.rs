//! What the machine is good for to begin with, as families.

use wf_instrument::budget::{Budget, Part};
use wf_instrument::profile::Profile;

use crate::bounds::to_f64;
use crate::families::{Families, Family, FamilyError};

/// A collector over what follows from the hardware: `wf_hardware_tier`, `wf_pool_threads` to begin with, and how memory is shared out,
/// `wf_memory_budget_bytes` by part and `wf_gpu_memory_budget_bytes` by device and part: devices are counted from 0, instances instead of the
/// GPU that they are of. What is unknown has no series; there is no tier while it is unknown how many processors there are, or how much memory
/// of any kind.
///
/// ```
/// use wf_exporter::{Exporter, profile};
/// use wf_instrument::profile::{Machine, Profile};
/// use wf_instrument::sensor::{Sensors, Watch};
///
/// let watch = Watch::start(Sensors::new())?;
/// let exporter = Exporter::builder()
///     .address(([127, 0, 0, 1], 0))
///     .collector(profile(move || Profile::of(Machine::read(&watch.readings()))))
///     .start()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn profile(
    mut profile: impl FnMut() -> Profile + Send + 'static,
) -> impl FnMut(&mut Families) -> Result<(), FamilyError> + Send + 'static {
    move |families| collect(&profile(), families)
}

pub(crate) fn collect(profile: &Profile, families: &mut Families) -> Result<(), FamilyError> {
    let machine = &profile.machine;
    let memory = machine.memory.is_some() || !profile.vram.is_empty();
    if machine.cores.is_some() {
        families.add(pools(profile))?;
        if memory {
            families.add(tier(profile))?;
        }
    }
    let memory = Family::gauge(
        "wf_memory_budget_bytes",
        "Share of the memory that this process may use, by what it is for; `safety` stays free.",
    );
    families.add(
        profile
            .memory
            .iter()
            .fold(memory, |family, budget| shares(family, budget, &[])),
    )?;
    let vram = Family::gauge(
        "wf_gpu_memory_budget_bytes",
        "Share of a GPU's memory, by what it is for; `safety` stays free.",
    );
    let numbered = profile.vram.iter().enumerate();
    families.add(numbered.fold(vram, |family, (gpu, budget)| {
        shares(family, budget, &[("device", &gpu.to_string())])
    }))
}

fn tier(profile: &Profile) -> Family {
    let family = Family::gauge(
        "wf_hardware_tier",
        "1 for the tier of this hardware: low, mid or high.",
    );
    family.sample(&[("tier", &profile.tier.to_string())], 1.0)
}

fn pools(profile: &Profile) -> Family {
    let family = Family::gauge("wf_pool_threads", "Threads to begin with, by what they do.");
    let pools = profile.pools;
    [
        ("inference", pools.inference),
        ("background", pools.background),
        ("ui", pools.ui),
    ]
    .into_iter()
    .fold(family, |family, (pool, threads)| {
        family.sample(&[("pool", pool)], to_f64(threads))
    })
}

fn shares(family: Family, budget: &Budget, labels: &[(&str, &str)]) -> Family {
    let sample = |family: Family, part: &str, bytes: u64| {
        let labels = [labels, &[("part", part)]].concat();
        family.sample(&labels, to_f64(bytes))
    };
    let family = sample(family, "safety", budget.safety().get());
    Part::ALL.into_iter().fold(family, |family, part| {
        sample(family, part.as_str(), budget.of(part).get())
    })
}

#[cfg(test)]
mod tests {
    use wf_instrument::Bytes;
    use wf_instrument::profile::Machine;

    use super::*;
    use crate::text::encode;

    fn page(machine: Machine) -> String {
        let mut families = Families::default();
        collect(&Profile::of(machine), &mut families).unwrap();
        encode(&families, 0)
    }

    #[test]
    fn each_memory_is_shared_out_apart() {
        let page = page(Machine {
            cores: Some(8.0),
            memory: Some(Bytes::new(20_000_000_000)),
            vram: Some(vec![Bytes::new(1_000_000_000), Bytes::new(2_000_000_000)]),
            ..Machine::default()
        });
        for line in [
            "wf_hardware_tier{tier=\"mid\"} 1\n",
            "wf_pool_threads{pool=\"inference\"} 4\n",
            "wf_memory_budget_bytes{part=\"safety\"} 3000000000\n",
            "wf_memory_budget_bytes{part=\"models\"} 10200000000\n",
            "wf_memory_budget_bytes{part=\"caches\"} 3400000000\n",
            "wf_memory_budget_bytes{part=\"runtime\"} 2550000000\n",
            "wf_memory_budget_bytes{part=\"buffer\"} 850000000\n",
            "wf_gpu_memory_budget_bytes{device=\"1\",part=\"models\"} 1020000000\n",
        ] {
            assert!(page.contains(line), "{line} in {page}");
        }
    }

    #[test]
    fn what_is_unknown_is_not_told() {
        let page = page(Machine::default());
        assert!(!page.contains('{'), "{page}");
    }
}
