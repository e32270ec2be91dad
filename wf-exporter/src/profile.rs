//! Initial settings for this hardware, as families.

use wf_govern::sizing::{Budget, Hardware, Part, Profile};
use wf_instrument::BaseUnit;
use wf_sense::Watch;

use crate::buckets::to_f64;
use crate::descriptor::{Descriptor, LabelKey, Source};
use crate::families::Families;
use crate::family::{Family, FamilyError};

/// A collector of the initial settings for this hardware.
///
/// `wf_hardware_tier`, `wf_pool_threads`, and the shares of memory: `wf_memory_budget_bytes` by
/// part, and `wf_gpu_memory_budget_bytes` by device and part. Devices are counted from 0; MIG
/// instances count instead of their GPU. An unknown value has no series, and there is no tier while
/// the number of processors or all amounts of memory are unknown.
///
/// ```
/// use wf_exporter::{Exporter, profile};
/// use wf_sense::{Sensors, Watch};
///
/// let watch = Watch::start(Sensors::new())?;
/// let exporter = Exporter::builder()
///     .address(([127, 0, 0, 1], 0))
///     .collector(profile(watch))
///     .start()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn profile(
    watch: Watch,
) -> impl FnMut(&mut Families) -> Result<(), FamilyError> + Send + 'static {
    move |families| {
        let hardware = Hardware::from_readings(&watch.readings());
        families.add_all(self::families(&Profile::of(hardware)))
    }
}

/// The rows of the catalogue that are filled here.
pub(crate) fn rows() -> impl Iterator<Item = &'static Descriptor> {
    [&TIER, &POOL_THREADS, &MEMORY, &GPU_MEMORY].into_iter()
}

/// The families of a profile.
pub(crate) fn families(profile: &Profile) -> Vec<Family> {
    let hardware = &profile.hardware;
    let has_memory = hardware.memory.is_some() || !profile.gpu_memory.is_empty();
    let pools = hardware.cores.map(|_| pools(profile));
    let tier = (hardware.cores.is_some() && has_memory).then(|| {
        let labels = [("tier", &*profile.tier.to_string())];
        Family::of(&TIER).sample(&labels, 1.0)
    });
    let memory = profile.memory.iter();
    let memory = memory.fold(Family::of(&MEMORY), |family, budget| {
        shares(family, budget, &[])
    });
    let numbered = profile.gpu_memory.iter().enumerate();
    let gpu_memory = numbered.fold(Family::of(&GPU_MEMORY), |family, (gpu, budget)| {
        shares(family, budget, &[("device", &gpu.to_string())])
    });
    let shares = [memory, gpu_memory];
    pools.into_iter().chain(tier).chain(shares).collect()
}

fn pools(profile: &Profile) -> Family {
    let pools = profile.pools;
    [
        ("inference", pools.inference),
        ("background", pools.background),
        ("ui", pools.ui),
    ]
    .into_iter()
    .fold(Family::of(&POOL_THREADS), |family, (pool, threads)| {
        family.sample(&[("pool", pool)], to_f64(threads))
    })
}

fn shares(family: Family, budget: &Budget, labels: &[(&str, &str)]) -> Family {
    let sample = |family: Family, part: &str, bytes: u64| {
        let labels = [labels, &[("part", part)]].concat();
        family.sample(&labels, to_f64(bytes))
    };
    let family = sample(family, SAFETY, budget.safety().get());
    Part::ALL.into_iter().fold(family, |family, part| {
        sample(family, part.as_str(), budget.of(part).get())
    })
}

const fn gauge(name: &'static str, help: &'static str) -> Descriptor {
    Descriptor::gauge(Source::Hardware, name, help)
}

static TIER: Descriptor = gauge(
    "wf_hardware_tier",
    "1 for the tier of this hardware: low, mid or high.",
)
.labels(&[LabelKey::one_of("tier", &["low", "mid", "high"])]);

static POOL_THREADS: Descriptor =
    gauge("wf_pool_threads", "Initial number of threads of each pool.")
        .labels(&[LabelKey::one_of("pool", &["inference", "background", "ui"])]);

static MEMORY: Descriptor = gauge(
    "wf_memory_budget_bytes",
    "Share of the memory limit of this process for each purpose. The share `safety` stays free.",
)
.unit(BaseUnit::Bytes)
.labels(&[PART]);

static GPU_MEMORY: Descriptor = gauge(
    "wf_gpu_memory_budget_bytes",
    "Share of the memory of a GPU for each purpose. The share `safety` stays free.",
)
.unit(BaseUnit::Bytes)
.labels(&[LabelKey::any("device"), PART]);

const SAFETY: &str = "safety";

const PART: LabelKey = LabelKey::one_of("part", &[SAFETY, "models", "caches", "runtime", "buffer"]);

#[cfg(test)]
mod tests {
    use wf_instrument::Bytes;

    use super::*;
    use crate::text::encode;

    fn page(hardware: Hardware) -> String {
        let mut families = Families::default();
        let all = super::families(&Profile::of(hardware));
        families.add_all(all).unwrap();
        encode(&families, 0)
    }

    #[test]
    fn a_family_that_clashes_costs_no_other() {
        let mut hardware = Hardware::default();
        hardware.cores = Some(8.0);
        hardware.memory = Some(Bytes::new(20_000_000_000));
        let mut families = Families::default();
        let taken = Family::gauge("wf_pool_threads", "").sample(&[("pool", "ui")], 1.0);
        families.add(taken).unwrap();
        let all = super::families(&Profile::of(hardware));
        families.add_all(all).unwrap_err();
        let page = encode(&families, 0);
        assert!(
            page.contains("wf_hardware_tier{tier=\"mid\"} 1\n"),
            "{page}"
        );
        assert!(page.contains("wf_memory_budget_bytes{"), "{page}");
    }

    #[test]
    fn each_memory_is_shared_out_apart() {
        let mut hardware = Hardware::default();
        hardware.cores = Some(8.0);
        hardware.memory = Some(Bytes::new(20_000_000_000));
        hardware.gpu_memory = Some(vec![Bytes::new(1_000_000_000), Bytes::new(2_000_000_000)]);
        let page = page(hardware);
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
    fn unknown_values_have_no_series() {
        let page = page(Hardware::default());
        assert!(!page.contains('{'), "{page}");
    }
}
