use std::sync::Arc;

use proptest::prelude::*;
use wf_instrument::Nanos;
use wf_sense::gpu::{Gpu, Info, Memory, Mig};
use wf_sense::{Reading, Readings};

use super::*;
use crate::sizing::Part;

fn gib(n: u64) -> Bytes {
    Bytes::new(n << 30)
}

/// Known hardware: a whole host, without a quota or a GPU.
fn hardware(cores: f64, memory: Bytes) -> Hardware {
    Hardware {
        cores: Some(cores),
        host_cores: Some(cores),
        cpu_quota: None,
        memory: Some(memory),
        host_memory: Some(memory),
        gpu_memory: Some(Vec::new()),
    }
}

#[track_caller]
fn assert_row(hardware: Hardware, name: &str, text: &str) {
    let shown = Profile::of(hardware).to_string();
    let row = format!("{name:<14} {text}");
    assert!(
        shown.lines().any(|line| line == row),
        "{row:?} is not in\n{shown}"
    );
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
        let profile = Profile::of(Hardware {
            gpu_memory: Some(vram.iter().copied().map(gib).collect()),
            ..hardware(cores, gib(memory))
        });
        assert_eq!(profile.tier, tier, "{cores} cores, {memory} GiB, {vram:?}");
        assert_eq!(profile.pools, Pools::for_cores(cores));
        assert_eq!(profile.memory, Some(Budget::new(gib(memory))));
        assert_eq!(profile.gpu_memory.len(), vram.len());
    }
}

#[test]
fn no_profile_exceeds_the_quota_or_the_host() {
    let by_hand = Hardware {
        cores: Some(16.0),
        host_cores: Some(32.0),
        cpu_quota: Some(2.5),
        memory: Some(gib(64)),
        host_memory: Some(gib(32)),
        gpu_memory: None,
    };
    let profile = Profile::of(by_hand);
    assert_eq!(profile.pools, Pools::for_cores(2.5));
    assert_eq!(profile.tier, Tier::Low);
    assert_eq!(profile.memory.map(|budget| budget.total()), Some(gib(32)));
}

#[test]
fn an_unknown_value_removes_only_the_settings_that_need_it() {
    let unknown_memory = Profile::of(Hardware {
        memory: None,
        ..hardware(16.0, gib(64))
    });
    assert_eq!(
        (unknown_memory.tier, unknown_memory.memory),
        (Tier::Low, None)
    );
    assert_eq!(unknown_memory.pools.inference, 8);
    let carried_by_gpu = Profile::of(Hardware {
        memory: None,
        gpu_memory: Some(vec![gib(24)]),
        ..hardware(16.0, gib(64))
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
        let profile = Profile::of(Hardware {
            cores,
            ..hardware(16.0, gib(64))
        });
        assert_eq!(profile.tier, Tier::Low, "{cores:?}");
        assert_eq!(profile.pools, Pools::for_cores(1.0), "{cores:?}");
        assert!(profile.memory.is_some(), "{cores:?}");
    }
}

#[test]
fn a_container_with_a_gpu_is_shown_one_setting_a_line() {
    let profile = Profile::of(Hardware {
        cores: Some(12.0),
        host_cores: Some(64.0),
        cpu_quota: Some(12.0),
        memory: Some(gib(12)),
        host_memory: Some(gib(256)),
        gpu_memory: Some(vec![gib(24)]),
    });
    let shown = profile.to_string();
    let lines: Vec<&str> = shown.lines().collect();
    let expected = [
        "cores          12 (host 64, CPU quota 12)",
        "memory         12 GiB (host 256 GiB)",
        "GPUs           1 (largest 24 GiB)",
        "tier           mid: models 2, inference pool 4, asynchronous, round-robin balancing",
        "next tier      high: from 16 cores and 44 GiB of main memory or of one GPU",
        "thread pools   inference 6, background 3, UI 2",
        "governor       up to 6 inference threads unless a trial shows harm, up to 12 if a trial \
         shows a gain",
        "memory budget  12 GiB: 1.8 GiB stay free, models 6.1 GiB, caches 2 GiB, runtime 1.5 GiB, \
         buffer 522.2 MiB",
        "GPU 0 budget   24 GiB: 3.6 GiB stay free, models 12.2 GiB, caches 4.1 GiB, \
         runtime 3.1 GiB, buffer 1 GiB",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn unknown_hardware_is_shown_as_unknown() {
    for (name, text) in [
        ("cores", "unknown (host unknown, no CPU quota found)"),
        ("memory", "unknown (host unknown)"),
        ("GPUs", "unknown"),
        (
            "tier",
            "low: models 1, inference pool 2, synchronous, no balancing",
        ),
        ("thread pools", "inference 1, background 2, UI 2"),
        (
            "governor",
            "moves no threads while the number of cores is unknown",
        ),
        ("memory budget", "unknown"),
    ] {
        assert_row(Hardware::default(), name, text);
    }
    let only_limits = Hardware {
        host_cores: None,
        host_memory: None,
        ..hardware(4.0, gib(8))
    };
    assert_row(
        only_limits.clone(),
        "cores",
        "4 (host unknown, no CPU quota found)",
    );
    assert_row(only_limits, "memory", "8 GiB (host unknown)");
    let one_of_many = Hardware {
        cpu_quota: Some(1.0),
        ..hardware(4.0, gib(8))
    };
    assert_row(one_of_many.clone(), "cores", "1 (host 4, CPU quota 1)");
    assert_row(one_of_many, "GPUs", "none");
    let only_host = Hardware {
        memory: None,
        ..hardware(4.0, gib(8))
    };
    assert_row(only_host, "memory", "unknown (host 8 GiB)");
}

#[test]
fn the_highest_tier_has_no_next_one() {
    let high = Profile::of(hardware(16.0, gib(64))).to_string();
    assert!(!high.contains("next tier"), "{high}");
}

#[test]
fn the_bounds_of_inference_threads_follow_the_rule_of_the_governor() {
    for (cores, rule) in [
        (1.0, "adds no inference thread: there is one for each core"),
        (2.0, "up to 2 inference threads unless a trial shows harm"),
        (
            2.5,
            "up to 2 inference threads unless a trial shows harm, up to 3 if a trial shows a gain",
        ),
        (
            4.0,
            "up to 2 inference threads unless a trial shows harm, up to 4 if a trial shows a gain",
        ),
        (
            64.0,
            "up to 8 inference threads unless a trial shows harm, up to 64 if a trial shows a gain",
        ),
    ] {
        assert_row(hardware(cores, gib(64)), "governor", rule);
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
    fn any_hardware()(
        cores in any_cores(),
        host_cores in any_cores(),
        cpu_quota in any_cores(),
        memory in any_memory(),
        host_memory in any_memory(),
        gpu_memory in prop::option::of(
            prop::collection::vec(any_memory().prop_map(Option::unwrap_or_default), 0..4)
        ),
    ) -> Hardware {
        Hardware { cores, host_cores, cpu_quota, memory, host_memory, gpu_memory }
    }
}

proptest! {
    #[test]
    fn a_profile_is_made_and_shown_of_any_hardware(hardware in any_hardware()) {
        let profile = Profile::of(hardware);
        let shown = profile.to_string();
        prop_assert!(!shown.contains("NaN") && !shown.contains("inf "), "{shown}");
        prop_assert!(shown.lines().count() >= 7, "{shown}");
        prop_assert_eq!(profile.memory.is_some(), profile.hardware.memory.is_some());
        prop_assert!(profile.pools.inference >= 1 && profile.pools.background >= 2);
    }

    #[test]
    fn more_memory_is_never_a_lower_tier_or_a_smaller_part(
        hardware in any_hardware(), more in 0_u64..64 << 30,
    ) {
        let before = Profile::of(hardware.clone());
        let memory = hardware.memory.map(|memory| Bytes::new(memory.get().saturating_add(more)));
        let after = Profile::of(Hardware { memory, ..hardware });
        prop_assert!(after.tier >= before.tier);
        let same = after.tier == before.tier;
        if let (true, Some(less), Some(more)) = (same, before.memory, after.memory) {
            prop_assert!(Part::ALL.iter().all(|part| more.of(*part) >= less.of(*part)));
        }
    }

    #[test]
    fn more_cores_are_never_a_lower_tier_or_fewer_threads(
        hardware in any_hardware(), more in 0.0_f64..40.0,
    ) {
        let before = Profile::of(hardware.clone());
        let cores = hardware.cores.map(|cores| cores + more);
        prop_assume!(cores.is_none_or(f64::is_finite));
        let after = Profile::of(Hardware { cores, ..hardware });
        prop_assert!(after.tier >= before.tier);
        prop_assert!(after.pools.inference >= before.pools.inference);
        prop_assert!(after.pools.background >= before.pools.background);
    }
}

#[test]
fn every_tier_has_the_same_shares_unless_others_are_set() {
    for (cores, memory, tier) in [
        (2.0, 4, Tier::Low),
        (8.0, 16, Tier::Mid),
        (16.0, 64, Tier::High),
    ] {
        let profile = Profile::of(Hardware {
            gpu_memory: Some(vec![gib(4)]),
            ..hardware(cores, gib(memory))
        });
        assert_eq!(profile.tier, tier);
        let models = |profile: &Profile| {
            let budgets = profile.memory.iter().chain(&profile.gpu_memory);
            budgets.map(|b| b.of(Part::Models)).collect::<Vec<_>>()
        };
        let same = [gib(memory), gib(4)].map(|all| Budget::new(all).of(Part::Models));
        assert_eq!(models(&profile), same);
        let shares = Shares::for_tier(tier);
        let shifted =
            [gib(memory), gib(4)].map(|all| Budget::with_shares(all, shares).of(Part::Models));
        assert_eq!(models(&profile.with_shares(shares)), shifted);
    }
}

#[test]
fn a_divided_gpu_counts_by_its_mig_instances() {
    let gpu = |mig: Option<Mig>, total: u64| {
        let mut gpu = Gpu::default();
        gpu.info = Arc::new(Info {
            mig,
            ..Info::default()
        });
        gpu.memory = Reading::Present {
            value: Memory {
                total: gib(total),
                ..Memory::default()
            },
            at: Nanos::ZERO,
        };
        gpu
    };
    let with = |devices: Vec<Gpu>| {
        let mut readings = Readings::default();
        readings.gpus.devices = Reading::Present {
            value: devices.into(),
            at: Nanos::ZERO,
        };
        Hardware::from_readings(&readings).gpu_memory
    };
    assert_eq!(with(vec![gpu(None, 24)]), Some(vec![gib(24)]));
    let divided = vec![gpu(None, 80), gpu(Some(Mig::default()), 10)];
    assert_eq!(with(divided), Some(vec![gib(10)]));
}

#[cfg(feature = "serde")]
#[test]
fn a_profile_is_serialized_with_named_parts_and_hardware_is_read_back() {
    let profile = Profile::of(hardware(8.0, gib(16)));
    let json = serde_json::to_value(&profile).unwrap();
    assert_eq!(
        (&json["tier"], &json["pools"]["inference"]),
        (&"mid".into(), &4.into())
    );
    let models = Budget::new(gib(16)).of(Part::Models).get();
    assert_eq!(json["memory"]["parts"]["models"], models);
    let read: Hardware = serde_json::from_value(json["hardware"].clone()).unwrap();
    assert_eq!(read, profile.hardware);
}
