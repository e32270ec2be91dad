//! A value that is not visible is unknown: it is neither taken for absent nor for zero.

use wf_instrument::Bytes;
use wf_sense::{Readings, Sensors};

use crate::sensor::{Machine, OFFERED};
use crate::{kibibytes, near};

fn read(machine: &Machine) -> Readings {
    Sensors::rooted(machine.root()).read()
}

/// Neither a limit of the group's, nor the statement that it has none, nor the host's in its place.
#[track_caller]
fn assert_limits_unknown(readings: &Readings) {
    let (cpu, memory) = (&readings.cpu, &readings.memory);
    let of = |value: bool, absent: bool| !value && !absent;
    assert!(
        of(cpu.quota.value().is_some(), cpu.quota.is_absent()),
        "{:?}",
        cpu.quota
    );
    assert!(
        of(
            cpu.quota_utilization.value().is_some(),
            cpu.quota_utilization.is_absent()
        ),
        "{:?}",
        cpu.quota_utilization
    );
    assert!(cpu.limit.value().is_none(), "{:?}", cpu.limit);
    assert!(
        of(memory.limit.value().is_some(), memory.limit.is_absent()),
        "{:?}",
        memory.limit
    );
    assert!(
        memory.utilization.value().is_none(),
        "{:?}",
        memory.utilization
    );
    assert!(
        of(memory.group.value().is_some(), memory.group.is_absent()),
        "{:?}",
        memory.group
    );
}

/// A group's pressure is not the host's where the group cannot be found.
#[track_caller]
fn assert_pressure_unknown(readings: &Readings) {
    let pressure = &readings.pressure;
    assert!(pressure.cpu.value().is_none() && !pressure.cpu.is_absent());
    assert!(pressure.host_cpu.value().is_some());
}

fn mounted(line: &str) -> Machine {
    let machine = Machine::named("container_v2");
    let mut mounts = machine.read("proc/self/mountinfo");
    mounts.extend_from_slice(line.as_bytes());
    machine.write("proc/self/mountinfo", &mounts);
    machine
}

#[test]
fn a_namespace_without_a_mount_of_its_own_does_not_show_its_group() {
    let machine = Machine::named("container_v2");
    machine.overlay("own_namespace_old_mount");
    let readings = read(&machine);
    assert_limits_unknown(&readings);
    assert_pressure_unknown(&readings);
    // A group outside the namespace, under a mount of the namespace's own.
    let machine = Machine::named("container_v2");
    machine.write("proc/self/cgroup", b"0::/../neighbour\n");
    assert_limits_unknown(&read(&machine));
}

#[test]
fn a_hidden_mount_shows_nothing() {
    for over in [
        "50 40 0:99 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n",
        "50 24 0:99 / /sys/fs rw - tmpfs tmpfs rw\n",
        "50 24 0:99 / /sys rw - tmpfs tmpfs rw\n",
    ] {
        let readings = read(&mounted(over));
        assert_limits_unknown(&readings);
        assert_pressure_unknown(&readings);
    }
    let beside = "50 24 0:99 / /sys/fs/cgroups rw - tmpfs tmpfs rw\n";
    assert_eq!(read(&mounted(beside)).cpu.quota.value(), Some(&1.5));
}

#[test]
fn a_mount_is_found_whatever_its_name_is() {
    let machine = Machine::named("container_v2");
    for file in [
        "cpu.max",
        "cpu.stat",
        "memory.max",
        "memory.current",
        "memory.stat",
    ] {
        let bytes = machine.read(&format!("sys/fs/cgroup/{file}"));
        machine.write(&format!("mnt/our own\\groups/{file}"), &bytes);
        machine.remove(&format!("sys/fs/cgroup/{file}"));
    }
    machine.write(
        "proc/self/mountinfo",
        b"22 1 259:2 / / rw - overlay overlay rw\n40 22 0:26 / /mnt/our\\040own\\134groups rw - cgroup2 cgroup rw\n",
    );
    let readings = read(&machine);
    assert_eq!(readings.cpu.quota.value(), Some(&1.5));
    near(&readings.memory.utilization, 0.5);
}

#[test]
fn the_mount_that_leads_to_the_group_is_used() {
    let machine = Machine::named("container_v2");
    machine.write("proc/self/cgroup", b"0::/docker/1\n");
    let mount =
        |root: &str, point: &str| format!("40 24 0:26 {root} {point} rw - cgroup2 cgroup rw\n");
    let own = mount("/docker/1", "/sys/fs/cgroup");
    for others in [
        mount("/docker/2", "/mnt/other"),
        mount("/docker/1/inner", "/mnt/inner"),
        // The host's, which is not there for this process.
        mount("/", "/host/sys/fs/cgroup"),
    ] {
        for mounts in [format!("{own}{others}"), format!("{others}{own}")] {
            machine.write("proc/self/mountinfo", mounts.as_bytes());
            assert_eq!(read(&machine).cpu.quota.value(), Some(&1.5), "{mounts}");
        }
        machine.write("proc/self/mountinfo", others.as_bytes());
        assert_limits_unknown(&read(&machine));
    }
}

#[test]
fn the_mount_that_shows_the_groups_around_comes_first() {
    let machine = Machine::named("container_v2");
    machine.write("proc/self/cgroup", b"0::/docker/1\n");
    machine.write("host/docker/1/cpu.max", b"150000 100000\n");
    machine.write("host/docker/cpu.max", b"50000 100000\n");
    machine.write(
        "proc/self/mountinfo",
        b"40 1 0:26 /docker/1 /sys/fs/cgroup rw - cgroup2 cgroup rw\n41 1 0:26 / /host rw - cgroup2 cgroup rw\n",
    );
    assert_eq!(read(&machine).cpu.quota.value(), Some(&0.5));
}

#[test]
fn a_group_whose_directory_is_not_there_is_unknown() {
    for group in [
        "/kubepods.slice/gone",
        "/gone/cri-abc.scope",
        "/kubepods.slice (deleted)",
    ] {
        let machine = Machine::named("pod_v2");
        machine.write("proc/self/cgroup", format!("0::{group}\n").as_bytes());
        assert_limits_unknown(&read(&machine));
    }
    let machine = Machine::named("hybrid");
    machine.write(
        "proc/self/cgroup",
        b"4:memory:/services/gone\n1:cpu:/gone\n",
    );
    let readings = read(&machine);
    assert!(readings.memory.limit.value().is_none());
    assert!(!readings.cpu.quota.is_absent() && readings.cpu.limit.value().is_none());
}

#[test]
fn groups_that_are_written_as_nonsense_are_unknown() {
    for text in ["junk\n", "0:", "0::\n", "3:cpu\n0::/\n"] {
        let machine = Machine::named("container_v2");
        machine.write("proc/self/cgroup", text.as_bytes());
        assert_limits_unknown(&read(&machine));
    }
}

#[test]
fn a_group_that_is_removed_while_it_is_read_is_unknown() {
    let machine = Machine::named("pod_v2");
    let mut sensors = Sensors::rooted(machine.root());
    assert_eq!(sensors.read().cpu.quota.value(), Some(&2.5));
    machine.remove_directory("sys/fs/cgroup/kubepods.slice/kubepods-pod7.slice/cri-abc.scope");
    assert_limits_unknown(&sensors.read());
}

#[test]
fn a_group_that_lies_too_deep_is_unknown() {
    let machine = Machine::named("container_v2");
    let deep = "/level".repeat(40);
    machine.write("proc/self/cgroup", format!("0::{deep}\n").as_bytes());
    machine.write(&format!("sys/fs/cgroup{deep}/cpu.max"), b"10000 100000\n");
    let readings = read(&machine);
    assert_limits_unknown(&readings);
    assert_pressure_unknown(&readings);
}

#[test]
fn a_proc_that_shows_processes_alone_says_nothing_of_the_host() {
    let machine = Machine::named("container_v2");
    for path in [
        "meminfo",
        "stat",
        "vmstat",
        "diskstats",
        "pressure/cpu",
        "pressure/memory",
        "pressure/io",
        "sys/kernel/task_delayacct",
    ] {
        machine.remove(&format!("proc/{path}"));
    }
    let readings = read(&machine);
    for (name, state) in readings.sensors() {
        assert!(
            !state.is_absent() || OFFERED.contains(&name),
            "{name}: {state:?}"
        );
    }
    assert_eq!(readings.cpu.quota.value(), Some(&1.5));
    near(&readings.memory.utilization, 0.5);
    assert!(readings.pressure.cpu.value().is_some());
    // A group without pressure of its own: neither is there a host's to take for it, nor none.
    machine.remove("sys/fs/cgroup/cpu.pressure");
    let pressure = read(&machine).pressure;
    assert!(pressure.cpu.value().is_none() && !pressure.cpu.is_absent());
}

#[test]
fn a_process_whose_first_thread_has_ended_is_read_by_another() {
    let machine = Machine::named("container_v1");
    machine.overlay("first_thread_ended");
    let mut sensors = Sensors::rooted(machine.root());
    let readings = sensors.read();
    assert_eq!(
        readings.memory.resident.value(),
        Some(&kibibytes(1_600_000))
    );
    assert_eq!(readings.cpu.quota.value(), Some(&0.5));
    assert_eq!(readings.memory.limit.value(), Some(&Bytes::new(512 << 20)));
    let totals = readings.process.totals.value().unwrap();
    assert_eq!(totals.virtual_memory, kibibytes(2_100_000));
    let pages = Bytes::new(400_000 * procfs::page_size());
    assert_eq!(sensors.read_fast().resident.value(), Some(&pages));
}

#[test]
fn a_process_of_which_no_thread_can_be_read_is_unknown_and_not_empty() {
    let machine = Machine::named("container_v1");
    machine.overlay("first_thread_ended");
    machine.remove_directory("proc/self/task/4243");
    machine.write("proc/self/fd/.keep", b"");
    machine.remove("proc/self/fd/.keep");
    let mut sensors = Sensors::rooted(machine.root());
    // The fast read comes first, before it is known that the thread has ended.
    assert!(sensors.read_fast().resident.value().is_none());
    let readings = sensors.read();
    assert_limits_unknown(&readings);
    assert!(readings.memory.resident.value().is_none());
    assert!(readings.process.totals.value().is_none());
    assert!(readings.process.open_fds.value() != Some(&0));
    assert!(sensors.read_fast().resident.value().is_none());
}
