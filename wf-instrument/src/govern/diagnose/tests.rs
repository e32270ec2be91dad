use super::*;
use crate::units::PerSecond;

fn present<T>(value: T) -> Reading<T> {
    Reading::Present {
        value,
        at: Nanos::ZERO,
    }
}

fn share(percent: f64) -> Reading<Ratio> {
    present(Ratio::new(percent / 100.0).unwrap())
}

/// A machine with nothing the matter and no GPU.
fn calm() -> Evidence {
    let mut evidence = Evidence::default();
    evidence.host.process_cpu = share(50.0);
    evidence.host.gpu = Reading::Absent("none found".into());
    evidence.host.memory = share(50.0);
    evidence.host.cpu_pressure = share(50.0);
    evidence.host.disk_wait = present(Nanos::from_millis(1));
    evidence
}

fn with(change: impl FnOnce(&mut Evidence)) -> Evidence {
    let mut evidence = calm();
    change(&mut evidence);
    evidence
}

fn check(change: impl FnOnce(&mut Evidence), expected: Class) {
    assert_eq!(plain(&with(change), &Thresholds::default()), expected);
}

#[test]
fn the_plain_rule_holds_at_each_edge() {
    check(|_| (), Class::Balanced);
    check(|e| e.host.process_cpu = share(90.0), Class::Balanced);
    check(|e| e.host.process_cpu = share(90.1), Class::CpuBound);
    for (cpu, gpu, expected) in [
        (90.1, 59.9, Class::CpuBound),
        (90.1, 60.0, Class::Balanced),
        (69.9, 90.1, Class::GpuBound),
        (70.0, 90.1, Class::Balanced),
        (69.9, 90.0, Class::Balanced),
        (95.0, 65.0, Class::Balanced),
    ] {
        let both = |e: &mut Evidence| (e.host.process_cpu, e.host.gpu) = (share(cpu), share(gpu));
        check(both, expected);
    }
    check(|e| e.host.memory = share(85.0), Class::Balanced);
    check(|e| e.host.memory = share(85.1), Class::MemoryBound);
    check(|e| e.frames = Ratio::new(0.9), Class::Balanced);
    check(|e| e.frames = Ratio::new(0.899), Class::UiBound);
    check(
        |e| e.host.disk_wait = present(Nanos::from_millis(100)),
        Class::Balanced,
    );
    check(
        |e| e.host.disk_wait = present(Nanos::from_millis(101)),
        Class::IoBound,
    );
}

#[test]
fn the_plain_rule_takes_the_first_match() {
    let everything = |e: &mut Evidence| {
        e.host.process_cpu = share(99.0);
        e.host.memory = share(99.0);
        e.frames = Ratio::new(0.1);
        e.host.disk_wait = present(Nanos::from_secs(1));
    };
    check(everything, Class::CpuBound);
    check(
        |e| {
            everything(e);
            e.host.process_cpu = share(50.0);
        },
        Class::MemoryBound,
    );
    check(
        |e| {
            everything(e);
            e.host.process_cpu = share(50.0);
            e.host.memory = share(1.0);
        },
        Class::UiBound,
    );
}

#[test]
fn an_unreadable_gpu_blocks_and_an_absent_one_does_not() {
    check(|e| e.host.process_cpu = share(99.0), Class::CpuBound);
    let unreadable = |e: &mut Evidence| {
        e.host.process_cpu = share(99.0);
        e.host.gpu = Reading::Unknown("no permission".into());
    };
    check(unreadable, Class::Balanced);
}

#[test]
fn an_unknown_processor_use_asserts_nothing_about_it() {
    let unknown = |e: &mut Evidence| {
        e.host.process_cpu = Reading::default();
        e.host.gpu = share(99.0);
    };
    check(unknown, Class::Balanced);
}

fn classes(ticks: impl IntoIterator<Item = Evidence>) -> Vec<Class> {
    let mut state = State::default();
    let mut told = Vec::new();
    for evidence in ticks {
        let (next, diagnosis) = diagnose(
            state,
            &evidence,
            &Thresholds::default(),
            &Targets::default(),
        );
        state = next;
        told.push(diagnosis.class);
    }
    told
}

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
        classes(vec![busy(Reading::Absent("no PSI".into())); 5])[4],
        Class::CpuBound
    );
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
fn each_threshold_can_be_moved() {
    let strict = Thresholds {
        cpu_busy: 0.40,
        memory_full: 0.40,
        frames_short: 0.99,
        disk_slow: Nanos::new(10),
        ..Thresholds::default()
    };
    let told = |change: fn(&mut Evidence)| plain(&with(change), &strict);
    assert_eq!(told(|_| ()), Class::CpuBound);
    assert_eq!(
        told(|e| e.host.process_cpu = share(30.0)),
        Class::MemoryBound
    );
    let short = |e: &mut Evidence| {
        e.host.process_cpu = share(30.0);
        e.host.memory = share(30.0);
        e.frames = Ratio::new(0.98);
    };
    assert_eq!(told(short), Class::UiBound);
    let slow = |e: &mut Evidence| {
        e.host.process_cpu = share(30.0);
        e.host.memory = share(30.0);
    };
    assert_eq!(told(slow), Class::IoBound);
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
        (busy(Reading::default(), untold()), Class::CpuBound),
        (
            busy(Reading::default(), Reading::default()),
            Class::Balanced,
        ),
    ] {
        assert_eq!(classes(vec![evidence; 5])[4], expected);
    }
}

fn signs(change: impl FnOnce(&mut Evidence), targets: Targets) -> Signs {
    Signs::of(&with(change), &targets)
}

#[test]
fn a_host_without_swap_space_does_not_swap_and_one_unread_may() {
    let swapping = |reading| signs(|e| e.host.swapping = reading, Targets::default()).swapping;
    let rate = |bytes| present(PerSecond::of(bytes, Nanos::from_secs(1)).unwrap());
    assert_eq!(
        swapping(Reading::Absent("no swap space".into())),
        Some(false)
    );
    assert_eq!(swapping(rate(0)), Some(false));
    assert_eq!(swapping(rate(4096)), Some(true));
    assert_eq!(swapping(Reading::default()), None);
}

#[test]
fn a_backend_is_normal_while_every_target_that_is_set_is_kept() {
    let targets = Targets {
        time_to_first_token: Some(Nanos::from_millis(500)),
        inter_token: Some(Nanos::from_millis(20)),
    };
    let told = |first: u64, next: u64, waiting| {
        let change = move |e: &mut Evidence| {
            e.time_to_first_token.p90 = Some(Nanos::from_millis(first));
            e.inter_token = Some(Nanos::from_millis(next));
            e.waiting = waiting;
        };
        signs(change, targets).backend_normal
    };
    assert_eq!(told(500, 20, 0), Some(true));
    assert_eq!(told(501, 20, 0), Some(false));
    assert_eq!(told(500, 21, 0), Some(false));
    assert_eq!(told(500, 20, 1), Some(false));
    assert_eq!(signs(|_| (), targets).backend_normal, None);
    assert_eq!(signs(|_| (), Targets::default()).backend_normal, None);
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
fn others_are_named_where_they_keep_the_processors_busy() {
    let told = |own, host| {
        let change = move |e: &mut Evidence| {
            e.host.process_cpu = share(own);
            e.host.host_cpu = share(host);
        };
        signs(change, Targets::default()).others
    };
    assert_eq!(told(5.0, 99.0), Some(true));
    assert_eq!(told(90.0, 99.0), Some(false));
    assert_eq!(told(1.0, 10.0), Some(false));
}

#[test]
fn a_verdict_says_what_it_rests_on() {
    let busy = with(|e| {
        e.host.process_cpu = share(99.0);
        e.host.cores = present(2.0);
        e.host.runnable = present(3);
        e.host.swapping = present(PerSecond::of(1, Nanos::from_secs(1)).unwrap());
        e.model_loads.took = Some(Nanos::from_millis(2_500));
    });
    let (_, diagnosis) = diagnose(
        State::default(),
        &busy,
        &Thresholds::default(),
        &Targets::default(),
    );
    assert_eq!(
        diagnosis.explain(),
        "balanced (the plain rule, on this tick alone: cpu_bound); of its threshold: memory 59 %, disk wait 1 %, \
         GPU untold, processors 110 %, frames untold; more threads than processors; the host swaps; models took 2.5 s to load"
    );
}
