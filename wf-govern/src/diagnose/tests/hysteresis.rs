//! The rule with hysteresis: by danger, entered and left slowly.

use super::*;

fn memory(percent: f64) -> Evidence {
    with(|e| e.host.memory = share(percent))
}

#[test]
fn a_bottleneck_is_entered_after_three_of_five_ticks() {
    let verdict = bottlenecks([99.0, 50.0, 99.0, 50.0, 99.0].map(memory));
    assert_eq!(verdict[..4], [Bottleneck::None; 4]);
    assert_eq!(verdict[4], Bottleneck::Memory);
    let sparse = bottlenecks([99.0, 50.0, 50.0, 99.0, 50.0, 50.0, 99.0].map(memory));
    assert!(sparse.iter().all(|&c| c == Bottleneck::None));
}

#[test]
fn a_bottleneck_is_left_after_five_ticks_five_points_below() {
    let near = bottlenecks([99.0, 99.0, 99.0, 81.0, 81.0, 81.0, 81.0, 81.0, 81.0].map(memory));
    assert_eq!(
        near[8],
        Bottleneck::Memory,
        "81 % is not five points below 85 %"
    );
    let far = bottlenecks([99.0, 99.0, 99.0, 79.0, 79.0, 79.0, 79.0, 79.0].map(memory));
    assert_eq!(far[6], Bottleneck::Memory);
    assert_eq!(far[7], Bottleneck::None);
}

#[test]
fn a_reading_that_becomes_unknown_keeps_the_bottleneck() {
    let blind = with(|e| e.host.memory = Reading::default());
    let ticks = [memory(99.0), memory(99.0), memory(99.0)]
        .into_iter()
        .chain(vec![blind; 9]);
    assert_eq!(bottlenecks(ticks)[11], Bottleneck::Memory);
}

#[test]
fn a_tick_without_evidence_is_not_one_in_which_nothing_is_drawn() {
    let slow = with(|e| e.frames = Ratio::new(0.5));
    let blind = with(|e| e.missing = Some(crate::Missing::NoWindow));
    let after = |ticks: Vec<Evidence>| {
        let ticks = [vec![slow.clone(); 3], ticks].concat();
        bottlenecks(ticks)[7]
    };
    assert_eq!(after(vec![blind; 5]), Bottleneck::Ui);
    assert_eq!(after(vec![calm(); 5]), Bottleneck::None);
}

#[test]
fn a_busy_processor_without_pressure_is_no_bottleneck() {
    let busy = |pressure| {
        with(move |e| {
            e.host.process_cpu = share(99.0);
            e.host.cpu_pressure = pressure;
        })
    };
    assert_eq!(bottlenecks(vec![busy(share(5.0)); 5])[4], Bottleneck::None);
    assert_eq!(bottlenecks(vec![busy(share(11.0)); 5])[4], Bottleneck::Cpu);
    assert_eq!(
        bottlenecks(vec![busy(Reading::default()); 5])[4],
        Bottleneck::None
    );
}

#[test]
fn memory_comes_before_everything_else() {
    let both = with(|e| {
        e.host.memory = share(99.0);
        e.host.process_cpu = share(99.0);
        e.host.disk_wait = present(Nanos::from_secs(1));
    });
    assert_eq!(bottlenecks(vec![both; 3])[2], Bottleneck::Memory);
}

#[test]
fn a_closed_page_misses_no_frames() {
    let short = with(|e| e.frames = Ratio::new(0.5));
    let mut evidence = vec![short; 5];
    evidence.extend(vec![calm(); 5]);
    let bottlenecks = bottlenecks(evidence);
    assert_eq!(
        (bottlenecks[4], bottlenecks[9]),
        (Bottleneck::Ui, Bottleneck::None)
    );
}

/// Both rules where thresholds overlap or leave a hole: CPU, GPU, memory, frames and disk wait.
#[test]
fn where_thresholds_overlap_or_have_holes_the_most_dangerous_resource_wins() {
    type Row = (f64, f64, f64, f64, u64, Bottleneck, Bottleneck);
    let table: [Row; 10] = [
        // Overlaps: the threshold rule takes the first match, the other the most dangerous one.
        (
            95.0,
            50.0,
            90.0,
            1.0,
            1,
            Bottleneck::Cpu,
            Bottleneck::Memory,
        ),
        (95.0, 50.0, 50.0, 1.0, 500, Bottleneck::Cpu, Bottleneck::Io),
        (
            50.0,
            95.0,
            90.0,
            1.0,
            1,
            Bottleneck::Gpu,
            Bottleneck::Memory,
        ),
        (50.0, 95.0, 50.0, 1.0, 500, Bottleneck::Gpu, Bottleneck::Io),
        (50.0, 50.0, 50.0, 0.5, 500, Bottleneck::Ui, Bottleneck::Io),
        (95.0, 50.0, 50.0, 0.5, 1, Bottleneck::Cpu, Bottleneck::Cpu),
        // Holes: busy, and no threshold matches.
        (95.0, 65.0, 50.0, 1.0, 1, Bottleneck::None, Bottleneck::Cpu),
        (75.0, 95.0, 50.0, 1.0, 1, Bottleneck::None, Bottleneck::Gpu),
        (95.0, 95.0, 50.0, 1.0, 1, Bottleneck::None, Bottleneck::Gpu),
        (95.0, 95.0, 50.0, 0.5, 1, Bottleneck::Ui, Bottleneck::Gpu),
    ];
    for (cpu, gpu, memory, frames, wait, by_threshold, with_hysteresis) in table {
        let evidence = with(|e| {
            e.host.process_cpu = share(cpu);
            e.host.gpu = share(gpu);
            e.host.memory = share(memory);
            e.frames = Ratio::new(frames);
            e.host.disk_wait = present(Nanos::from_millis(wait));
        });
        let row = format!("{cpu} {gpu} {memory} {frames} {wait}");
        assert_eq!(
            threshold_rule(&evidence, &Thresholds::default()),
            by_threshold,
            "{row}"
        );
        assert_eq!(bottlenecks(vec![evidence; 3])[2], with_hysteresis, "{row}");
    }
}

#[test]
fn more_runnable_threads_than_cores_saturate_the_cpu() {
    let busy = |runnable, pressure| {
        with(move |e| {
            e.host.process_cpu = share(99.0);
            e.host.cores = present(2.0);
            e.host.runnable = runnable;
            e.host.cpu_pressure = pressure;
        })
    };
    let calm = || share(1.0);
    let absent = || Reading::Absent("no PSI".into());
    for (evidence, expected) in [
        (busy(present(3), calm()), Bottleneck::Cpu),
        (busy(present(2), calm()), Bottleneck::None),
        (busy(present(2), absent()), Bottleneck::None),
        (busy(present(3), absent()), Bottleneck::Cpu),
        (
            busy(Reading::Absent("no threads".into()), absent()),
            Bottleneck::Cpu,
        ),
        (busy(Reading::default(), absent()), Bottleneck::None),
        (
            busy(Reading::default(), Reading::default()),
            Bottleneck::None,
        ),
    ] {
        assert_eq!(bottlenecks(vec![evidence; 5])[4], expected);
    }
}

#[test]
fn throttling_by_a_quota_saturates_the_cpu() {
    let stopped = |percent| {
        with(move |e| {
            e.host.group_cpu = share(100.0);
            e.host.throttled = share(percent);
            e.host.cpu_pressure = share(0.0);
        })
    };
    assert_eq!(bottlenecks(vec![stopped(10.0); 5])[4], Bottleneck::None);
    assert_eq!(bottlenecks(vec![stopped(11.0); 5])[4], Bottleneck::Cpu);
}

#[test]
fn every_bottleneck_can_be_left_wherever_its_threshold_stands() {
    let busy = with(|e| {
        e.host.memory = share(100.0);
        e.frames = Ratio::new(0.001);
    });
    let idle = with(|e| {
        e.host.memory = share(0.0);
        e.host.host_memory = share(0.0);
        e.frames = Ratio::new(1.0);
    });
    for bound in [0.01_f64, 0.05, 0.5, 0.96, 1.0] {
        let thresholds = Thresholds {
            memory_full: bound.min(0.99),
            frames_short: bound,
            ..Thresholds::default()
        };
        let ticks = [vec![busy.clone(); 5], vec![idle.clone(); 5]].concat();
        let mut state = State::default();
        let mut verdict = Vec::new();
        for evidence in &ticks {
            let targets = Targets::default();
            let (next, diagnosis) = diagnose(state, evidence, &thresholds, &targets);
            state = next;
            verdict.push(diagnosis.bottleneck);
        }
        assert_eq!(
            (verdict[4], verdict[9]),
            (Bottleneck::Memory, Bottleneck::None),
            "{bound}"
        );
    }
}

#[test]
fn a_full_host_is_memory_bound_whatever_the_group_holds() {
    let full = |group, host| {
        with(move |e| (e.host.memory, e.host.host_memory) = (share(group), share(host)))
    };
    for (group, host, expected) in [
        (10.0, 99.0, Bottleneck::Memory),
        (99.0, 10.0, Bottleneck::Memory),
        (10.0, 85.0, Bottleneck::None),
    ] {
        let evidence = full(group, host);
        assert_eq!(threshold_rule(&evidence, &Thresholds::default()), expected);
        assert_eq!(
            bottlenecks(vec![evidence; 3])[2],
            expected,
            "{group} {host}"
        );
    }
}

#[test]
fn an_unknown_reading_is_not_outvoted_by_another_that_is_low() {
    let blind = |e: &mut Evidence| {
        e.host.memory = Reading::default();
        e.host.process_cpu = Reading::default();
    };
    let full = with(|e| e.host.memory = share(99.0));
    let ticks = [vec![full; 3], vec![with(blind); 9]].concat();
    assert_eq!(bottlenecks(ticks)[11], Bottleneck::Memory);
    let busy = with(|e| e.host.process_cpu = share(99.0));
    let ticks = [vec![busy; 3], vec![with(blind); 9]].concat();
    assert_eq!(bottlenecks(ticks)[11], Bottleneck::Cpu);
}

#[test]
fn a_device_that_the_machine_no_longer_has_is_no_bottleneck() {
    let full = with(|e| e.host.gpu = share(99.0));
    let ticks = [vec![full; 3], vec![calm(); 5]].concat();
    let bottlenecks = bottlenecks(ticks);
    assert_eq!(
        (bottlenecks[2], bottlenecks[7]),
        (Bottleneck::Gpu, Bottleneck::None)
    );
}
