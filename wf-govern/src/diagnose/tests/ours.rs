//! Our rule: by danger, entered and left slowly.

use super::*;

fn memory(percent: f64) -> Evidence {
    with(|e| e.host.memory = share(percent))
}

#[test]
fn a_class_is_entered_after_three_of_five_ticks() {
    let told = classes([99.0, 50.0, 99.0, 50.0, 99.0].map(memory));
    assert_eq!(told[..4], [Class::Balanced; 4]);
    assert_eq!(told[4], Class::MemoryBound);
    let sparse = classes([99.0, 50.0, 50.0, 99.0, 50.0, 50.0, 99.0].map(memory));
    assert!(sparse.iter().all(|&c| c == Class::Balanced));
}

#[test]
fn a_class_is_left_after_five_ticks_five_points_below() {
    let near = classes([99.0, 99.0, 99.0, 81.0, 81.0, 81.0, 81.0, 81.0, 81.0].map(memory));
    assert_eq!(
        near[8],
        Class::MemoryBound,
        "81 % is not five points below 85 %"
    );
    let far = classes([99.0, 99.0, 99.0, 79.0, 79.0, 79.0, 79.0, 79.0].map(memory));
    assert_eq!(far[6], Class::MemoryBound);
    assert_eq!(far[7], Class::Balanced);
}

#[test]
fn a_sensor_that_goes_blind_keeps_the_class() {
    let blind = with(|e| e.host.memory = Reading::default());
    let ticks = [memory(99.0), memory(99.0), memory(99.0)]
        .into_iter()
        .chain(vec![blind; 9]);
    assert_eq!(classes(ticks)[11], Class::MemoryBound);
}

#[test]
fn a_busy_processor_without_pressure_is_no_bottleneck() {
    let busy = |pressure| {
        with(move |e| {
            e.host.process_cpu = share(99.0);
            e.host.cpu_pressure = pressure;
        })
    };
    assert_eq!(classes(vec![busy(share(5.0)); 5])[4], Class::Balanced);
    assert_eq!(classes(vec![busy(share(11.0)); 5])[4], Class::CpuBound);
    assert_eq!(
        classes(vec![busy(Reading::default()); 5])[4],
        Class::Balanced
    );
}

#[test]
fn memory_comes_before_everything_else() {
    let both = with(|e| {
        e.host.memory = share(99.0);
        e.host.process_cpu = share(99.0);
        e.host.disk_wait = present(Nanos::from_secs(1));
    });
    assert_eq!(classes(vec![both; 3])[2], Class::MemoryBound);
}

#[test]
fn a_page_that_is_closed_is_no_longer_short_of_frames() {
    let short = with(|e| e.frames = Ratio::new(0.5));
    let mut evidence = vec![short; 5];
    evidence.extend(vec![calm(); 5]);
    let classes = classes(evidence);
    assert_eq!((classes[4], classes[9]), (Class::UiBound, Class::Balanced));
}

/// The two rules beside each other, where they overlap and where the plain one leaves a hole: processors, GPU, memory, frames and disk wait.
#[test]
fn where_the_plain_rule_overlaps_or_has_holes_ours_goes_by_danger() {
    type Row = (f64, f64, f64, f64, u64, Class, Class);
    let table: [Row; 10] = [
        // Overlaps: the plain rule takes the first of its list, ours the most dangerous.
        (
            95.0,
            50.0,
            90.0,
            1.0,
            1,
            Class::CpuBound,
            Class::MemoryBound,
        ),
        (95.0, 50.0, 50.0, 1.0, 500, Class::CpuBound, Class::IoBound),
        (
            50.0,
            95.0,
            90.0,
            1.0,
            1,
            Class::GpuBound,
            Class::MemoryBound,
        ),
        (50.0, 95.0, 50.0, 1.0, 500, Class::GpuBound, Class::IoBound),
        (50.0, 50.0, 50.0, 0.5, 500, Class::UiBound, Class::IoBound),
        (95.0, 50.0, 50.0, 0.5, 1, Class::CpuBound, Class::CpuBound),
        // Holes: busy, and the plain rule has no word for it.
        (95.0, 65.0, 50.0, 1.0, 1, Class::Balanced, Class::CpuBound),
        (75.0, 95.0, 50.0, 1.0, 1, Class::Balanced, Class::GpuBound),
        (95.0, 95.0, 50.0, 1.0, 1, Class::Balanced, Class::GpuBound),
        (95.0, 95.0, 50.0, 0.5, 1, Class::UiBound, Class::GpuBound),
    ];
    for (cpu, gpu, memory, frames, wait, plain, ours) in table {
        let evidence = with(|e| {
            e.host.process_cpu = share(cpu);
            e.host.gpu = share(gpu);
            e.host.memory = share(memory);
            e.frames = Ratio::new(frames);
            e.host.disk_wait = present(Nanos::from_millis(wait));
        });
        let row = format!("{cpu} {gpu} {memory} {frames} {wait}");
        assert_eq!(
            super::plain(&evidence, &Thresholds::default()),
            plain,
            "{row}"
        );
        assert_eq!(classes(vec![evidence; 3])[2], ours, "{row}");
    }
}

#[test]
fn more_threads_than_processors_are_scarcity_too() {
    let busy = |runnable, pressure| {
        with(move |e| {
            e.host.process_cpu = share(99.0);
            e.host.cores = present(2.0);
            e.host.runnable = runnable;
            e.host.cpu_pressure = pressure;
        })
    };
    let calm = || share(1.0);
    let untold = || Reading::Absent("no PSI".into());
    for (evidence, expected) in [
        (busy(present(3), calm()), Class::CpuBound),
        (busy(present(2), calm()), Class::Balanced),
        (busy(present(2), untold()), Class::Balanced),
        (busy(present(3), untold()), Class::CpuBound),
        (
            busy(Reading::Absent("no threads".into()), untold()),
            Class::CpuBound,
        ),
        (busy(Reading::default(), untold()), Class::Balanced),
        (
            busy(Reading::default(), Reading::default()),
            Class::Balanced,
        ),
    ] {
        assert_eq!(classes(vec![evidence; 5])[4], expected);
    }
}

#[test]
fn a_quota_that_stops_the_group_is_scarcity_too() {
    let stopped = |percent| {
        with(move |e| {
            e.host.group_cpu = share(100.0);
            e.host.throttled = share(percent);
            e.host.cpu_pressure = share(0.0);
        })
    };
    assert_eq!(classes(vec![stopped(10.0); 5])[4], Class::Balanced);
    assert_eq!(classes(vec![stopped(11.0); 5])[4], Class::CpuBound);
}

#[test]
fn every_class_can_be_left_wherever_its_threshold_stands() {
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
        let mut told = Vec::new();
        for evidence in &ticks {
            let targets = Targets::default();
            let (next, diagnosis) = diagnose(state, evidence, &thresholds, &targets);
            state = next;
            told.push(diagnosis.class);
        }
        assert_eq!(
            (told[4], told[9]),
            (Class::MemoryBound, Class::Balanced),
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
        (10.0, 99.0, Class::MemoryBound),
        (99.0, 10.0, Class::MemoryBound),
        (10.0, 85.0, Class::Balanced),
    ] {
        let evidence = full(group, host);
        assert_eq!(plain(&evidence, &Thresholds::default()), expected);
        assert_eq!(classes(vec![evidence; 3])[2], expected, "{group} {host}");
    }
}

#[test]
fn a_reading_that_goes_blind_is_not_outvoted_by_another_that_is_low() {
    let blind = |e: &mut Evidence| {
        e.host.memory = Reading::default();
        e.host.process_cpu = Reading::default();
    };
    let full = with(|e| e.host.memory = share(99.0));
    let ticks = [vec![full; 3], vec![with(blind); 9]].concat();
    assert_eq!(classes(ticks)[11], Class::MemoryBound);
    let busy = with(|e| e.host.process_cpu = share(99.0));
    let ticks = [vec![busy; 3], vec![with(blind); 9]].concat();
    assert_eq!(classes(ticks)[11], Class::CpuBound);
}

#[test]
fn what_the_machine_no_longer_has_is_no_bottleneck() {
    let full = with(|e| e.host.gpu = share(99.0));
    let ticks = [vec![full; 3], vec![calm(); 5]].concat();
    let classes = classes(ticks);
    assert_eq!((classes[2], classes[7]), (Class::GpuBound, Class::Balanced));
}
