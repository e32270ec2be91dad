//! Tests of what follows from a machine, and of what is said about it.

use std::sync::Arc;

use proptest::prelude::*;
use wf_instrument::Nanos;
use wf_sense::gpu::{Gpu, Info, Memory, Mig};
use wf_sense::{Reading, Readings};

use super::*;
use crate::sizing::budget::Part;

fn gib(n: u64) -> Bytes {
    Bytes::new(n << 30)
}

/// A machine of which everything is known: a host of its own, without a quota or a GPU.
fn machine(cores: f64, memory: Bytes) -> Machine {
    Machine {
        cores: Some(cores),
        host_cores: Some(cores),
        quota: None,
        memory: Some(memory),
        host_memory: Some(memory),
        vram: Some(Vec::new()),
    }
}

#[track_caller]
fn assert_told(machine: Machine, sentences: &[&str]) {
    let told = Profile::of(machine).explain();
    for sentence in sentences {
        assert!(told.contains(sentence), "{sentence:?} is not in\n{told}");
    }
}

#[test]
fn a_tier_takes_cores_and_one_place_with_the_memory() {
    for (cores, memory, vram, tier) in [
        (4.0, 15, vec![], Tier::Low),
        (8.0, 14, vec![], Tier::Low),
        (8.0, 15, vec![], Tier::Mid),
        (8.0, 8, vec![15], Tier::Mid),
        (8.0, 8, vec![8, 8], Tier::Low),
        (16.0, 44, vec![], Tier::High),
        (16.0, 16, vec![12, 44], Tier::High),
    ] {
        let profile = Profile::of(Machine {
            vram: Some(vram.iter().copied().map(gib).collect()),
            ..machine(cores, gib(memory))
        });
        assert_eq!(profile.tier, tier, "{cores} cores, {memory} GiB, {vram:?}");
        assert_eq!(profile.pools, Pools::for_cores(cores));
        assert_eq!(profile.memory, Some(Budget::new(gib(memory))));
        assert_eq!(profile.vram.len(), vram.len());
    }
}

#[test]
fn no_more_is_promised_than_the_quota_and_the_host_allow() {
    let by_hand = Machine {
        cores: Some(16.0),
        host_cores: Some(32.0),
        quota: Some(2.5),
        memory: Some(gib(64)),
        host_memory: Some(gib(32)),
        vram: None,
    };
    let profile = Profile::of(by_hand);
    assert_eq!(profile.pools, Pools::for_cores(2.5));
    assert_eq!(profile.tier, Tier::Low);
    assert_eq!(profile.memory.map(|budget| budget.total()), Some(gib(32)));
}

#[test]
fn what_is_unknown_takes_away_what_needs_it_and_nothing_else() {
    let unknown_memory = Profile::of(Machine {
        memory: None,
        ..machine(16.0, gib(64))
    });
    assert_eq!(
        (unknown_memory.tier, unknown_memory.memory),
        (Tier::Low, None)
    );
    assert_eq!(unknown_memory.pools.inference, 8);
    let carried_by_gpu = Profile::of(Machine {
        memory: None,
        vram: Some(vec![gib(24)]),
        ..machine(16.0, gib(64))
    });
    assert_eq!(
        (carried_by_gpu.tier, carried_by_gpu.memory),
        (Tier::Mid, None)
    );
    for cores in [
        None,
        Some(f64::NAN),
        Some(f64::INFINITY),
        Some(0.0),
        Some(-1.0),
    ] {
        let profile = Profile::of(Machine {
            cores,
            ..machine(16.0, gib(64))
        });
        assert_eq!(profile.tier, Tier::Low, "{cores:?}");
        assert_eq!(profile.pools, Pools::for_cores(1.0), "{cores:?}");
        assert!(profile.memory.is_some(), "{cores:?}");
    }
}

#[test]
fn the_explanation_of_a_container_with_a_gpu_says_what_was_found_and_what_follows() {
    let profile = Profile::of(Machine {
        cores: Some(12.0),
        host_cores: Some(64.0),
        quota: Some(12.0),
        memory: Some(gib(12)),
        host_memory: Some(gib(256)),
        vram: Some(vec![gib(24)]),
    });
    let told = profile.explain();
    let lines: Vec<&str> = told.lines().collect();
    let expected = [
        "12 of the host's 64 processors may be used; a quota allows 12.",
        "12 GiB of the host's 256 GiB of memory may be used, by a container's limit.",
        "There is a GPU with 24 GiB.",
        "So it begins in the mid tier: 2 models, pool of 4, asynchronous, in turn (round-robin); 8 processors and 15 GiB in one place are \
         there, and the largest GPU has the room.",
        "The high tier starts at 16 processors and 44 GiB in one place; missing: 4 processors, 20 GiB.",
        "Threads to begin with: inference min(12/2, 8) = 6, background max(2, 12/4) = 3, UI 2; rounded down, at least one each.",
        "Where requests wait longer than promised, the governor may go past 6, up to 12 (one for each processor), if an experiment shows a \
         gain.",
        "Memory, 12 GiB in all: 1.8 GiB (15 %) stay free, and the other 10.2 GiB are for models 6.1 GiB (60 %), caches 2 GiB (20 %), the \
         runtime 1.5 GiB (15 %), the buffer 522.2 MiB (5 %).",
        "GPU 0, 24 GiB in all: 3.6 GiB (15 %) stay free, and the other 20.4 GiB are for models 12.2 GiB (60 %), caches 4.1 GiB (20 %), the \
         runtime 3.1 GiB (15 %), the buffer 1 GiB (5 %).",
        "A part may go beyond its share by what others do not use, of which each keeps half; what stays free is never lent.",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn the_explanation_says_what_is_unknown() {
    assert_told(
        Machine::default(),
        &[
            "How many processors may be used is unknown.",
            "How much memory may be used is unknown.",
            "Whether there is a GPU is unknown.",
            "low tier: 1 model, pool of 2, synchronous, one after the other.",
            "missing: a known number of processors, a known amount of memory.",
            "Threads to begin with (as for one processor, since their number is unknown)",
            "moves no threads",
            "Memory is not shared out, since it is unknown how much may be used.",
        ],
    );
    let only_limits = Machine {
        host_cores: None,
        host_memory: None,
        ..machine(4.0, gib(8))
    };
    assert_told(
        only_limits,
        &[
            "4 processors may be used, and how many the host has is unknown; no CPU quota that can be seen binds them.",
            "8 GiB of memory may be used, and how much the host has is unknown.",
        ],
    );
    assert_told(
        machine(4.0, gib(8)),
        &["All of the host's 8 GiB of memory may be used; no limit that can be seen is lower."],
    );
    let one_of_many = Machine {
        quota: Some(1.0),
        ..machine(4.0, gib(8))
    };
    let found = "1 of the host's 4 processors may be used; a quota allows 1.";
    assert_told(one_of_many, &[found, "There is no GPU."]);
    let only_host = Machine {
        memory: None,
        ..machine(4.0, gib(8))
    };
    assert_told(
        only_host,
        &["unknown: the host has 8 GiB, and a container may be allowed less."],
    );
}

#[test]
fn the_explanation_of_the_next_tier_names_only_what_is_missing() {
    for (cores, memory, vram, missing) in [
        (8.0, 14, vec![], "; missing: 1 GiB."),
        (7.5, 64, vec![], "; missing: 0.5 processors."),
        (7.999, 64, vec![], "; missing: 0.01 processors."),
        (2.0, 8, vec![12], "; missing: 6 processors, 3 GiB."),
        (
            15.0,
            16,
            vec![80],
            "44 GiB in one place; missing: 1 processor.",
        ),
    ] {
        let vram = Some(vram.into_iter().map(gib).collect());
        let with_gpus = Machine {
            vram,
            ..machine(cores, gib(memory))
        };
        assert_told(with_gpus, &[missing]);
    }
    let highest = Profile::of(machine(16.0, gib(64))).explain();
    assert!(!highest.contains("missing"), "{highest}");
}

#[test]
fn the_explanation_tells_how_far_the_governor_may_go_and_when() {
    for (cores, rule) in [
        (
            1.0,
            "adds no inference thread, since each processor has one.",
        ),
        (
            2.0,
            "may go to 2 inference threads and stay there unless that does harm.",
        ),
        (
            2.5,
            "may go to 2 inference threads and stay there unless that does harm; past 2, up to 3 (one for each processor), if",
        ),
        (
            4.0,
            "may go past 2, up to 4 (one for each processor), if an experiment shows a gain.",
        ),
        (
            64.0,
            "may go past 8, up to 64 (one for each processor), if an experiment shows a gain.",
        ),
    ] {
        assert_told(machine(cores, gib(64)), &[rule]);
    }
}

fn any_cores() -> impl Strategy<Value = Option<f64>> {
    prop::option::of(prop_oneof![any::<f64>(), 0.0_f64..40.0, Just(f64::MAX)])
}

fn any_memory() -> impl Strategy<Value = Option<Bytes>> {
    let near = (0_u64..64 << 30).prop_map(Bytes::new);
    prop::option::of(prop_oneof![any::<u64>().prop_map(Bytes::new), near])
}

prop_compose! {
    fn any_machine()(
        cores in any_cores(), host_cores in any_cores(), quota in any_cores(), memory in any_memory(), host_memory in any_memory(),
        vram in prop::option::of(prop::collection::vec(any_memory().prop_map(Option::unwrap_or_default), 0..4)),
    ) -> Machine {
        Machine { cores, host_cores, quota, memory, host_memory, vram }
    }
}

proptest! {
    #[test]
    fn whatever_is_known_a_profile_is_made_and_told_in_numbers(machine in any_machine()) {
        let profile = Profile::of(machine);
        let told = profile.explain();
        prop_assert!(!told.contains("NaN") && !told.contains("inf ") && told.lines().count() >= 7, "{told}");
        prop_assert_eq!(profile.memory.is_some(), profile.machine.memory.is_some());
        prop_assert!(profile.pools.inference >= 1 && profile.pools.background >= 2);
    }

    #[test]
    fn more_memory_is_never_a_lower_tier_or_a_smaller_share_within_it(machine in any_machine(), more in 0_u64..64 << 30) {
        let before = Profile::of(machine.clone());
        let memory = machine.memory.map(|memory| Bytes::new(memory.get().saturating_add(more)));
        let after = Profile::of(Machine { memory, ..machine });
        prop_assert!(after.tier >= before.tier);
        if let (true, Some(less), Some(more)) = (after.tier == before.tier, before.memory, after.memory) {
            prop_assert!(Part::ALL.iter().all(|part| more.of(*part) >= less.of(*part)));
        }
    }

    #[test]
    fn more_cores_are_never_a_lower_tier_or_fewer_threads(machine in any_machine(), more in 0.0_f64..40.0) {
        let before = Profile::of(machine.clone());
        let cores = machine.cores.map(|cores| cores + more);
        prop_assume!(cores.is_none_or(f64::is_finite));
        let after = Profile::of(Machine { cores, ..machine });
        prop_assert!(after.tier >= before.tier);
        prop_assert!(after.pools.inference >= before.pools.inference && after.pools.background >= before.pools.background);
    }
}

#[test]
fn every_tier_gets_the_same_shares_unless_others_are_asked_for() {
    for (cores, memory, tier) in [
        (2.0, 4, Tier::Low),
        (8.0, 16, Tier::Mid),
        (16.0, 64, Tier::High),
    ] {
        let profile = Profile::of(Machine {
            vram: Some(vec![gib(4)]),
            ..machine(cores, gib(memory))
        });
        assert_eq!(profile.tier, tier);
        let homes = |profile: &Profile| {
            let budgets = profile.memory.iter().chain(&profile.vram);
            budgets.map(|b| b.home(Part::Models)).collect::<Vec<_>>()
        };
        let same = [gib(memory), gib(4)].map(|all| Budget::new(all).home(Part::Models));
        assert_eq!(homes(&profile), same);
        let shares = Shares::of(tier);
        let asked =
            [gib(memory), gib(4)].map(|all| Budget::with_shares(all, shares).home(Part::Models));
        assert_eq!(homes(&profile.with_shares(shares)), asked);
    }
}

#[test]
fn the_memory_of_a_divided_gpu_is_that_of_its_instances() {
    let gpu = |mig: Option<Mig>, total: u64| Gpu {
        info: Arc::new(Info {
            mig,
            ..Info::default()
        }),
        memory: Reading::Present {
            value: Memory {
                total: gib(total),
                ..Memory::default()
            },
            at: Nanos::ZERO,
        },
        ..Gpu::default()
    };
    let with = |devices: Vec<Gpu>| {
        let mut readings = Readings::default();
        readings.gpus.devices = Reading::Present {
            value: devices.into(),
            at: Nanos::ZERO,
        };
        Machine::read(&readings).vram
    };
    assert_eq!(with(vec![gpu(None, 24)]), Some(vec![gib(24)]));
    let divided = vec![gpu(None, 80), gpu(Some(Mig::default()), 10)];
    assert_eq!(with(divided), Some(vec![gib(10)]));
}
