//! Control groups of both versions: what binds the process.

use wf_instrument::clock::mock::Mock;
use wf_instrument::{Bytes, Nanos};
use wf_sense::{GroupMemory, Reading, Sensors};

use crate::Machine;
use crate::{first_pass, kibibytes, near, some, throttled, two_passes};

#[test]
fn without_limits_the_host_is_the_limit() {
    let readings = first_pass("bare_metal");
    assert_eq!(readings.cpu.limit.value(), Some(&16.0));
    assert_eq!(
        readings.cpu.throttling,
        Reading::Absent("no CPU quota".into())
    );
    assert_eq!(readings.memory.limit.value(), Some(&kibibytes(65_536_000)));
    near(&readings.memory.utilization, 0.25);
    near(&readings.memory.host_utilization, 0.25);
}

#[test]
fn a_groups_account_is_read_in_both_versions() {
    let account = |name| first_pass(name).memory.group.value().copied();
    let mut unified = GroupMemory::default();
    unified.charged = Bytes::new(3_758_096_384);
    unified.high = Some(Bytes::new(4_026_531_840));
    unified.max = Some(Bytes::new(4 << 30));
    unified.events.high = Some(17);
    unified.events.max = 4;
    unified.events.killed = Some(1);
    assert_eq!(account("container_v2"), Some(unified));
    let mut legacy = GroupMemory::default();
    legacy.charged = Bytes::new(402_653_184);
    legacy.max = Some(Bytes::new(512 << 20));
    legacy.events.max = 9;
    legacy.events.killed = Some(2);
    assert_eq!(account("container_v1"), Some(legacy));
    assert_eq!(account("hybrid").and_then(|account| account.max), None);
}

#[test]
fn a_containers_quota_and_limit_come_before_the_hosts() {
    let readings = first_pass("container_v2");
    assert_eq!(readings.cpu.limit.value(), Some(&1.5));
    assert_eq!(
        readings.cpu.throttling.value(),
        Some(&throttled(4100, 37, 1_250))
    );
    assert_eq!(readings.memory.limit.value(), Some(&Bytes::new(4 << 30)));
    near(&readings.memory.utilization, 0.5);
    near(&readings.memory.host_utilization, 0.25);
    near(&some(&readings.pressure.cpu), 0.4);
    near(&some(&readings.pressure.memory), 0.02);
}

#[test]
fn a_share_of_processor_time_is_of_the_quota() {
    let readings = two_passes("container_v2", "bare_metal_later");
    near(&readings.cpu.utilization, 4.0 / 1.5);
}

#[test]
fn a_quota_is_used_up_by_all_of_its_group() {
    let clock = Mock::start();
    let machine = Machine::named("container_v2");
    let mut sensors = Sensors::rooted(machine.root());
    assert_eq!(
        sensors.read().cpu.quota_utilization.reason(),
        Some("needs a second reading")
    );
    clock.advance(Nanos::from_secs(1));
    let stat = "usage_usec 632200000\nnr_periods 4110\nnr_throttled 38\nthrottled_usec 1260000\n";
    machine.write("sys/fs/cgroup/cpu.stat", stat.as_bytes());
    let cpu = sensors.read().cpu;
    near(&cpu.quota_utilization, 1.2 / 1.5);
    near(&cpu.throttled, 0.1);
    // Another group's counters are not compared with these.
    clock.advance(Nanos::from_secs(1));
    machine.overlay("pod_v2");
    machine.write("sys/fs/cgroup/cpu.max", b"max 100000\n");
    let cpu = sensors.read().cpu;
    assert_eq!(cpu.quota.value(), Some(&2.5));
    assert_eq!(
        cpu.quota_utilization.reason(),
        Some("needs a second reading")
    );
    assert_eq!(cpu.throttled.reason(), Some("needs a second reading"));
    assert!(first_pass("bare_metal").cpu.quota_utilization.is_absent());
}

#[test]
fn a_group_without_an_account_of_its_own_is_accounted_for_by_the_one_around_it() {
    let machine = Machine::named("pod_v2");
    let group = "sys/fs/cgroup/kubepods.slice/kubepods-pod7.slice";
    machine.remove(&format!("{group}/cri-abc.scope/memory.current"));
    machine.write(&format!("{group}/memory.high"), b"max\n");
    machine.write(
        &format!("{group}/memory.events"),
        b"low 0\nhigh 2\nmax 1\noom 0\noom_kill 0\n",
    );
    let account = Sensors::rooted(machine.root()).read().memory.group;
    assert_eq!(
        account.value().map(|account| account.charged.get()),
        Some(7_516_192_768)
    );
    machine.write(&format!("{group}/memory.current"), b"max\n");
    assert!(
        Sensors::rooted(machine.root())
            .read()
            .memory
            .group
            .value()
            .is_none()
    );
}

#[test]
fn the_tightest_level_binds_and_the_fullest_counts() {
    let readings = first_pass("pod_v2");
    assert_eq!(readings.cpu.limit.value(), Some(&2.5));
    assert_eq!(readings.cpu.throttling.value(), Some(&throttled(90, 5, 7)));
    assert_eq!(readings.memory.limit.value(), Some(&Bytes::new(8 << 30)));
    near(&readings.memory.utilization, 0.75);
    near(&some(&readings.pressure.cpu), 0.125);
}

#[test]
fn version_1_says_the_same_in_other_words() {
    let readings = first_pass("container_v1");
    assert_eq!(readings.cpu.limit.value(), Some(&0.5));
    assert_eq!(
        readings.cpu.throttling.value(),
        Some(&throttled(800, 12, 340))
    );
    assert_eq!(readings.memory.limit.value(), Some(&Bytes::new(512 << 20)));
    near(&readings.memory.utilization, 0.5);
    // A kernel before 5.13 writes one line for the processor.
    near(&some(&readings.pressure.cpu), 0.125);
}

#[test]
fn a_hybrid_hosts_controllers_are_found_where_they_are() {
    let readings = first_pass("hybrid");
    assert_eq!(readings.cpu.limit.value(), Some(&2.0));
    assert!(readings.cpu.throttling.is_absent());
    assert_eq!(readings.memory.limit.value(), Some(&kibibytes(24_684_084)));
    assert_eq!(
        readings.memory.utilization.value(),
        readings.memory.host_utilization.value()
    );
    assert!(readings.pressure.cpu.value().is_some());
}

#[test]
fn a_limit_set_on_a_hybrid_host_is_found() {
    let machine = Machine::named("hybrid");
    let group = "sys/fs/cgroup/memory/services/inference";
    machine.write(&format!("{group}/memory.limit_in_bytes"), b"1073741824\n");
    machine.write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", b"50000\n");
    let readings = Sensors::rooted(machine.root()).read();
    assert_eq!(readings.memory.limit.value(), Some(&Bytes::new(1 << 30)));
    assert_eq!(readings.cpu.limit.value(), Some(&0.5));
}

#[test]
fn limits_that_are_not_visible_are_unknown() {
    let machine = Machine::named("container_v2");
    machine.write(
        "proc/self/mountinfo",
        b"22 1 259:2 / / rw - overlay overlay rw\n",
    );
    let readings = Sensors::rooted(machine.root()).read();
    let not_mounted = Some("the control groups of memory are not mounted here");
    assert_eq!(readings.memory.limit.reason(), not_mounted);
    assert_eq!(readings.memory.group.reason(), not_mounted);
    assert!(readings.cpu.limit.value().is_none() && readings.cpu.quota.value().is_none());
    assert!(!readings.cpu.quota.is_absent() && !readings.memory.group.is_absent());
    assert!(readings.memory.host_utilization.value().is_some());
}

#[test]
fn a_process_that_is_moved_is_followed() {
    let machine = Machine::named("pod_v2");
    let mut sensors = Sensors::rooted(machine.root());
    assert_eq!(sensors.read().cpu.limit.value(), Some(&2.5));
    machine.write("proc/self/cgroup", b"0::/kubepods.slice\n");
    assert_eq!(sensors.read().cpu.limit.value(), Some(&16.0));
}
