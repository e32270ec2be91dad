//! The playbook's rule.

use super::*;

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
    // The host's share is no bound on the share of a small quota.
    let unknown = |e: &mut Evidence| {
        e.host.group_cpu = Reading::default();
        e.host.gpu = share(99.0);
    };
    check(unknown, Class::Balanced);
    check(|e| e.host.gpu = share(99.0), Class::GpuBound);
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
