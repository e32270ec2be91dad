//! Pressure stall information (PSI), and the fast readings.

use wf_instrument::{Bytes, Nanos};
use wf_sense::{Readings, Scope, Sensors, Watch};

use crate::Machine;
use crate::{first_pass, near};

#[test]
fn a_stall_has_its_share_and_its_total_of_some_and_of_all() {
    let machine = Machine::named("container_v2");
    let text = b"some avg10=2.00 avg60=1.69 avg300=14.74 total=7\nfull avg10=1.00 avg60=0.00 avg300=0.00 total=3\n";
    machine.write("sys/fs/cgroup/memory.pressure", text);
    let stall = Sensors::rooted(machine.root()).read().pressure.memory;
    let stall = stall.value().unwrap();
    assert!((stall.full.unwrap().get() - 0.01).abs() < 1e-6);
    assert_eq!(stall.some_time, Nanos::new(7_000));
    assert_eq!(stall.full_time, Some(Nanos::new(3_000)));
}

#[test]
fn a_watch_leaves_a_recorded_machine_as_it_is() {
    let machine = Machine::named("container_v2");
    let before = machine.read("sys/fs/cgroup/memory.pressure");
    let watch = Watch::start(Sensors::rooted(machine.root())).unwrap();
    assert_eq!(machine.read("sys/fs/cgroup/memory.pressure"), before);
    assert!(watch.readings().sensing.alarms.value().is_none());
}

#[test]
fn fast_readings_show_memory_that_fills_between_two_passes() {
    let machine = Machine::named("container_v2");
    let mut sensors = Sensors::rooted(machine.root());
    near(&sensors.read().memory.utilization, 0.5);
    machine.write("sys/fs/cgroup/memory.current", b"4294967296\n");
    near(&sensors.read_fast().memory_utilization, 0.625);
    let machine = Machine::named("bare_metal");
    let mut sensors = Sensors::rooted(machine.root());
    let _ = sensors.read();
    machine.write("proc/meminfo", b"MemTotal: 1000 kB\nMemAvailable: 100 kB\n");
    near(&sensors.read_fast().memory_utilization, 0.9);
}

#[test]
fn a_groups_pressure_that_cannot_be_read_is_not_the_hosts() {
    let machine = Machine::named("container_v2");
    let mut sensors = Sensors::rooted(machine.root());
    let scope = |readings: &Readings| readings.pressure.cpu.value().map(|stall| stall.scope);
    assert_eq!(scope(&sensors.read()), Some(Scope::Group));
    machine.write("proc/self/cgroup", b"0::/elsewhere\n");
    machine.remove("proc/self/mountinfo");
    let moved = sensors.read().pressure;
    assert!(moved.cpu.value().is_none() && moved.host_cpu.value().is_some());
    let machine = Machine::named("container_v2");
    let mut sensors = Sensors::rooted(machine.root());
    machine.write("sys/fs/cgroup/cpu.pressure", b"junk");
    let readings = sensors.read();
    assert!(readings.pressure.cpu.value().is_none());
    assert!(readings.pressure.host_cpu.value().is_some());
    // A file that is held is still there for a recording; a group's, for the kernel, is not.
    machine.remove("sys/fs/cgroup/cpu.pressure");
    let readings = Sensors::rooted(machine.root()).read();
    assert_eq!(scope(&readings), Some(Scope::Host));
}

#[test]
fn pressure_that_cannot_be_read_is_unknown_and_pressure_that_is_off_is_absent() {
    let readings = first_pass("psi_off");
    let off = Some("the kernel keeps no pressure stall information");
    assert_eq!(readings.pressure.cpu.reason(), off);
    assert_eq!(readings.pressure.io.reason(), off);
    assert!(readings.pressure.cpu.is_absent() && readings.pressure.io.is_absent());
    assert!(readings.storage.wait.is_absent());
    assert_eq!(
        readings.storage.block_io.reason(),
        Some("/proc/self/io: No such file or directory (os error 2)")
    );
    assert!(readings.gpus.busiest_utilization.is_absent());
    near(&readings.memory.utilization, 0.25);
}

#[test]
fn fast_readings_equal_those_of_a_pass() {
    let machine = Machine::named("container_v2");
    let mut sensors = Sensors::rooted(machine.root());
    let readings = sensors.read();
    let fast = sensors.read_fast();
    assert_eq!(
        fast.memory_utilization.value(),
        readings.memory.utilization.value()
    );
    assert_eq!(fast.io_pressure.value(), readings.pressure.io.value());
    let pages = Bytes::new(400_000 * procfs::page_size());
    assert_eq!(fast.resident.value(), Some(&pages));
    assert_eq!(fast.cpu_pressure.value(), readings.pressure.cpu.value());
    assert_eq!(
        fast.memory_pressure.value(),
        readings.pressure.memory.value()
    );
}
