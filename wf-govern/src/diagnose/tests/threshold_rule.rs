//! The rule by fixed thresholds.

use super::*;

#[test]
fn the_threshold_rule_holds_at_each_edge() {
    check(|_| (), Bottleneck::None);
    check(|e| e.host.process_cpu = share(90.0), Bottleneck::None);
    check(|e| e.host.process_cpu = share(90.1), Bottleneck::Cpu);
    for (cpu, gpu, expected) in [
        (90.1, 59.9, Bottleneck::Cpu),
        (90.1, 60.0, Bottleneck::None),
        (69.9, 90.1, Bottleneck::Gpu),
        (70.0, 90.1, Bottleneck::None),
        (69.9, 90.0, Bottleneck::None),
        (95.0, 65.0, Bottleneck::None),
    ] {
        let both = |e: &mut Evidence| (e.host.process_cpu, e.host.gpu) = (share(cpu), share(gpu));
        check(both, expected);
    }
    check(|e| e.host.memory = share(85.0), Bottleneck::None);
    check(|e| e.host.memory = share(85.1), Bottleneck::Memory);
    check(|e| e.frames = Ratio::new(0.9), Bottleneck::None);
    check(|e| e.frames = Ratio::new(0.899), Bottleneck::Ui);
    check(
        |e| e.host.disk_wait = present(Nanos::from_millis(100)),
        Bottleneck::None,
    );
    check(
        |e| e.host.disk_wait = present(Nanos::from_millis(101)),
        Bottleneck::Io,
    );
}

#[test]
fn the_threshold_rule_takes_the_first_match() {
    let everything = |e: &mut Evidence| {
        e.host.process_cpu = share(99.0);
        e.host.memory = share(99.0);
        e.frames = Ratio::new(0.1);
        e.host.disk_wait = present(Nanos::from_secs(1));
    };
    check(everything, Bottleneck::Cpu);
    check(
        |e| {
            everything(e);
            e.host.process_cpu = share(50.0);
        },
        Bottleneck::Memory,
    );
    check(
        |e| {
            everything(e);
            e.host.process_cpu = share(50.0);
            e.host.memory = share(1.0);
        },
        Bottleneck::Ui,
    );
}

#[test]
fn an_unreadable_gpu_blocks_and_an_absent_one_does_not() {
    check(|e| e.host.process_cpu = share(99.0), Bottleneck::Cpu);
    let unreadable = |e: &mut Evidence| {
        e.host.process_cpu = share(99.0);
        e.host.gpu = Reading::Unknown("no permission".into());
    };
    check(unreadable, Bottleneck::None);
}

#[test]
fn an_unknown_processor_use_asserts_nothing_about_it() {
    let unknown = |e: &mut Evidence| {
        e.host.process_cpu = Reading::default();
        e.host.gpu = share(99.0);
    };
    check(unknown, Bottleneck::None);
    // The host's share is no bound on the share of a small quota.
    let unknown = |e: &mut Evidence| {
        e.host.group_cpu = Reading::default();
        e.host.gpu = share(99.0);
    };
    check(unknown, Bottleneck::None);
    check(|e| e.host.gpu = share(99.0), Bottleneck::Gpu);
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
    let verdict = |change: fn(&mut Evidence)| threshold_rule(&with(change), &strict);
    assert_eq!(verdict(|_| ()), Bottleneck::Cpu);
    assert_eq!(
        verdict(|e| e.host.process_cpu = share(30.0)),
        Bottleneck::Memory
    );
    let short = |e: &mut Evidence| {
        e.host.process_cpu = share(30.0);
        e.host.memory = share(30.0);
        e.frames = Ratio::new(0.98);
    };
    assert_eq!(verdict(short), Bottleneck::Ui);
    let slow = |e: &mut Evidence| {
        e.host.process_cpu = share(30.0);
        e.host.memory = share(30.0);
    };
    assert_eq!(verdict(slow), Bottleneck::Io);
}
