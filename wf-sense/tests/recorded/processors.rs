//! Number of processors that a process may use: online, in its cpuset, allowed to a thread of it
//! and within its quota.

use wf_sense::{Cpu, Sensors};

use crate::Machine;
use crate::first_pass;

fn cpu(machine: &Machine) -> Cpu {
    Sensors::rooted(machine.root()).read().cpu
}

/// The status of a thread that may run on the processors of `list`.
fn allowed(machine: &Machine, list: &str) -> String {
    let status = String::from_utf8(machine.read("proc/self/status")).expect("it is ASCII");
    let lines = status.lines().map(|line| match line.split_once('\t') {
        Some(("Cpus_allowed_list:", _)) => format!("Cpus_allowed_list:\t{list}\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

/// A machine whose first thread, and then others, may run on these.
fn pinned(first: &str, others: &[&str]) -> Machine {
    let machine = Machine::named("bare_metal");
    let numbers = [4242, 4243, 4244];
    for (number, list) in numbers.into_iter().zip([first].iter().chain(others)) {
        let path = format!("proc/self/task/{number}/status");
        machine.write(&path, allowed(&machine, list).as_bytes());
    }
    machine.write("proc/self/status", allowed(&machine, first).as_bytes());
    machine
}

#[test]
fn places_for_processors_that_are_not_there_are_no_processors() {
    let machine = Machine::named("bare_metal");
    machine.overlay("hot_plug_places");
    assert_eq!(cpu(&machine).limit.value(), Some(&2.0));
    // Without /sys, /proc/stat names those that are online.
    machine.remove("sys/devices/system/cpu/online");
    assert_eq!(cpu(&machine).limit.value(), Some(&2.0));
    machine.remove("proc/stat");
    let cores = cpu(&machine).limit;
    assert!(cores.value().is_none() && !cores.is_absent(), "{cores:?}");
}

#[test]
fn a_processor_that_comes_online_counts() {
    let machine = Machine::named("bare_metal");
    machine.overlay("hot_plug_places");
    let mut sensors = Sensors::rooted(machine.root());
    assert_eq!(sensors.read().cpu.limit.value(), Some(&2.0));
    machine.write("sys/devices/system/cpu/online", b"0-2,7\n");
    assert_eq!(sensors.read().cpu.limit.value(), Some(&4.0));
}

#[test]
fn a_pinned_first_thread_does_not_pin_the_process() {
    for (first, others, cores) in [
        ("3", ["0-15", "3"], 16.0),
        ("0", ["1", "2"], 3.0),
        ("0", ["0", "0"], 1.0),
        ("0-1", ["1-2", "20-30"], 3.0),
    ] {
        let found = cpu(&pinned(first, &others)).limit;
        assert_eq!(found.value(), Some(&cores), "{first} {others:?}");
    }
}

#[test]
fn threads_that_begin_or_are_moved_later_count_at_a_slower_pace() {
    let machine = pinned("0", &["0", "0"]);
    let mut sensors = Sensors::rooted(machine.root());
    assert_eq!(sensors.read().cpu.limit.value(), Some(&1.0));
    machine.write(
        "proc/self/task/4243/status",
        allowed(&machine, "0-7").as_bytes(),
    );
    let cores = std::iter::repeat_with(|| sensors.read().cpu.limit.value().copied());
    let cores: Vec<_> = cores.take(10).collect();
    assert_eq!(cores.last(), Some(&Some(8.0)));
    // The first thread itself is looked at in every pass.
    machine.write("proc/self/status", allowed(&machine, "0-15").as_bytes());
    assert_eq!(sensors.read().cpu.limit.value(), Some(&16.0));
}

#[test]
fn a_thread_whose_processors_cannot_be_read_makes_their_number_unknown() {
    let machine = pinned("0", &["1", "2"]);
    machine.write("proc/self/task/4244/status", b"junk");
    let cores = cpu(&machine).limit;
    assert!(cores.value().is_none() && !cores.is_absent(), "{cores:?}");
}

#[test]
fn a_cpuset_binds_in_both_versions() {
    let machine = Machine::named("pod_v2");
    let pod = "sys/fs/cgroup/kubepods.slice/kubepods-pod7.slice";
    machine.write(&format!("{pod}/cpuset.cpus.effective"), b"4-5\n");
    assert_eq!(cpu(&machine).limit.value(), Some(&2.0));
    let machine = Machine::named("container_v1");
    machine.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", b"-1\n");
    machine.write("sys/fs/cgroup/cpuset/cpuset.effective_cpus", b"0-3,14-20\n");
    assert_eq!(cpu(&machine).limit.value(), Some(&6.0));
}

#[test]
fn the_tightest_of_affinity_and_quota_binds() {
    assert_eq!(first_pass("container_v2").cpu.limit.value(), Some(&1.5));
    let machine = Machine::named("container_v2");
    machine.write("proc/self/status", allowed(&machine, "7").as_bytes());
    assert_eq!(cpu(&machine).limit.value(), Some(&1.0));
}

#[test]
fn processors_that_are_all_offline_or_written_as_nonsense_are_unknown() {
    let machine = Machine::named("bare_metal");
    for online in ["16-20\n", "", "\n", "0-4294967295\n", "many"] {
        machine.write("sys/devices/system/cpu/online", online.as_bytes());
        let cores = cpu(&machine).limit;
        assert!(cores.value().is_none() && !cores.is_absent(), "{online:?}");
    }
}
