//! The sensors on machines whose files are recorded, or written as the kernel documents them.
#![cfg(all(target_os = "linux", not(wf_portable)))]

mod sensor;

use std::time::{Duration, SystemTime};

use sensor::Machine;
use wf_instrument::clock::mock::Mock;
use wf_instrument::sensor::{
    GroupEvents, GroupMemory, HostTasks, Moved, Reading, Readings, Resident, Scope, Sensors, Stall,
    Swapped, Threads, Throttling, Watch,
};
use wf_instrument::{Bytes, Nanos, Ratio};

#[test]
fn without_limits_the_host_is_the_limit() {
    let readings = first_pass("bare_metal");
    assert_eq!(readings.cpu.cores.value(), Some(&16.0));
    assert_eq!(
        readings.cpu.throttling,
        Reading::Absent("no CPU quota".into())
    );
    assert_eq!(readings.memory.limit.value(), Some(&kibibytes(65_536_000)));
    near(&readings.memory.used, 0.25);
    near(&readings.memory.host, 0.25);
}

#[test]
fn the_process_is_read_whole() {
    let readings = first_pass("bare_metal");
    let parts = Resident {
        anonymous: kibibytes(400_000),
        file: kibibytes(1_199_000),
        shared: kibibytes(1_000),
    };
    let io = Moved {
        read: Bytes::new(8_589_934_592),
        written: Bytes::new(1_048_576),
    };
    let totals = readings.process.totals.value().unwrap();
    let booted = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    assert_eq!(totals.cpu_time, Nanos::from_secs(631));
    assert_eq!(totals.started, booted + Duration::from_secs(50));
    assert_eq!(totals.virtual_memory, Bytes::new(9_000_000_000));
    assert_eq!(readings.process.threads.value(), Some(&19));
    assert_eq!(
        readings.memory.resident.value(),
        Some(&kibibytes(1_600_000))
    );
    assert_eq!(readings.memory.peak.value(), Some(&kibibytes(1_700_000)));
    assert_eq!(readings.memory.parts.value(), Some(&parts));
    assert_eq!(readings.storage.moved.value(), Some(&io));
    assert_eq!(readings.process.open_files_limit.value(), Some(&1024));
    assert_eq!(readings.memory.swapped.value(), Some(&kibibytes(2_048)));
    assert_eq!(readings.memory.major_faults.value(), Some(&321));
}

#[test]
fn the_host_is_told_apart_from_what_binds_the_process() {
    let readings = first_pass("container_v2");
    let tasks = HostTasks {
        runnable: 2,
        blocked: 0,
    };
    assert_eq!(readings.cpu.quota.value(), Some(&1.5));
    assert_eq!(readings.cpu.host_cores.value(), Some(&2));
    assert_eq!(readings.cpu.host_tasks.value(), Some(&tasks));
    assert_eq!(
        readings.memory.host_total.value(),
        Some(&kibibytes(65_536_000))
    );
    near(&some(&readings.pressure.host_cpu), 0.125);
    assert_eq!(
        some(&readings.pressure.host_memory).value(),
        Ratio::new(0.0025).as_ref()
    );
    near(&some(&readings.pressure.host_io), 0.03);
    assert!(first_pass("bare_metal").cpu.quota.is_absent());
}

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
fn threads_that_run_are_told_from_those_that_are_blocked() {
    let threads = |readings: Readings| readings.cpu.threads.value().copied();
    let first = Threads {
        runnable: 1,
        blocked: 1,
    };
    let later = Threads {
        runnable: 3,
        blocked: 0,
    };
    assert_eq!(threads(first_pass("bare_metal")), Some(first));
    assert_eq!(
        threads(two_passes("bare_metal", "bare_metal_later")),
        Some(later)
    );
}

#[test]
fn waits_for_storage_are_summed_over_threads_in_ticks() {
    let waited = |readings: Readings| readings.storage.waited;
    let first = waited(first_pass("bare_metal"));
    assert_eq!(first.value(), Some(&Nanos::from_millis(2_000)));
    let later = waited(two_passes("bare_metal", "bare_metal_later"));
    assert_eq!(later.value(), Some(&Nanos::from_millis(2_510)));
    assert_eq!(
        waited(first_pass("hybrid")).reason(),
        Some("the kernel accounts no delays: kernel.task_delayacct is 0")
    );
}

#[test]
fn a_kernel_that_begins_to_account_late_tells_nothing_of_older_threads() {
    let machine = Machine::named("bare_metal");
    machine.write("proc/sys/kernel/task_delayacct", b"0\n");
    let mut sensors = Sensors::rooted(machine.root());
    let _ = sensors.read();
    machine.write("proc/sys/kernel/task_delayacct", b"1\n");
    let waited = sensors.read().storage.waited;
    assert_eq!(
        waited.reason(),
        Some("delays were not accounted when this process began")
    );
}

#[test]
fn a_wait_of_nothing_may_be_one_that_is_not_accounted() {
    let machine = Machine::named("hybrid");
    machine.remove("proc/sys/kernel/task_delayacct");
    let waited = Sensors::rooted(machine.root()).read().storage.waited;
    assert_eq!(
        waited.reason(),
        Some("no wait for storage has been accounted yet")
    );
}

#[test]
fn a_thread_that_cannot_be_understood_is_left_out() {
    let machine = Machine::named("bare_metal");
    machine.write("proc/self/task/4242/stat", b"junk");
    let readings = Sensors::rooted(machine.root()).read();
    assert_eq!(
        readings.storage.waited.value(),
        Some(&Nanos::from_millis(1_600))
    );
    assert!(readings.cpu.threads.value().is_some());
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
fn a_thread_that_ends_keeps_what_it_waited_in_the_sum() {
    let machine = Machine::named("bare_metal");
    let mut sensors = Sensors::rooted(machine.root());
    let _ = sensors.read();
    machine.remove("proc/self/task/4244/stat");
    let readings = sensors.read();
    assert_eq!(
        readings.storage.waited.value(),
        Some(&Nanos::from_millis(2_000))
    );
}

#[test]
fn swapping_is_seen_as_pages_that_move() {
    let readings = two_passes("bare_metal", "bare_metal_later");
    let page = procfs::page_size();
    let swapped = Swapped {
        read: Bytes::new(1_100 * page),
        written: Bytes::new(2_300 * page),
    };
    assert_eq!(readings.memory.swap.value(), Some(&swapped));
    let rate = readings.memory.swapping.value().unwrap().get();
    assert!((rate / (400.0 * page as f64) - 1.0).abs() < 1e-6, "{rate}");
    let without = first_pass("hybrid").memory;
    assert!(without.swap.is_absent() && without.swapping.is_absent());
}

#[test]
fn a_groups_account_is_read_in_both_versions() {
    let account = |name| first_pass(name).memory.group.value().copied();
    let unified = GroupMemory {
        held: Bytes::new(3_758_096_384),
        high: Some(Bytes::new(4_026_531_840)),
        max: Some(Bytes::new(4 << 30)),
        events: GroupEvents {
            high: Some(17),
            max: 4,
            killed: Some(1),
        },
    };
    assert_eq!(account("container_v2"), Some(unified));
    let legacy = GroupMemory {
        held: Bytes::new(402_653_184),
        high: None,
        max: Some(Bytes::new(512 << 20)),
        events: GroupEvents {
            high: None,
            max: 9,
            killed: Some(2),
        },
    };
    assert_eq!(account("container_v1"), Some(legacy));
    assert_eq!(account("hybrid").and_then(|account| account.max), None);
}

#[test]
fn rates_are_those_between_two_passes() {
    let readings = two_passes("bare_metal", "bare_metal_later");
    // 400 ticks of 10 ms in one second of 16 processors; 800 ticks busy of 1600; 1.2 s for 100 requests of the busiest disk.
    near(&readings.cpu.process, 0.25);
    near(&readings.cpu.host, 0.5);
    assert_eq!(readings.storage.wait.value(), Some(&Nanos::from_millis(12)));
}

#[test]
fn a_disk_that_finishes_nothing_waits_longer_with_every_pass() {
    let clock = Mock::start();
    let machine = Machine::named("bare_metal");
    let mut sensors = Sensors::rooted(machine.root());
    let mut wait = || {
        let wait = sensors.read().storage.wait;
        clock.advance(Nanos::from_secs(1));
        // The mocked clock counts in ticks, which a second may not be a whole number of.
        wait.value().map(|wait| wait.as_millis().round())
    };
    assert_eq!(wait(), None, "a wait takes two passes");
    machine.overlay("disk_hangs_later");
    // Seen in flight for the first time: since when is not known.
    assert_eq!(wait(), Some(0.0));
    assert_eq!(wait(), Some(1_000.0));
    assert_eq!(wait(), Some(2_000.0));
    machine.overlay("bare_metal_later");
    assert_eq!(wait(), Some(12.0), "it goes on");
}

#[test]
fn a_total_that_stands_still_is_no_share_of_time() {
    let readings = two_passes("bare_metal", "bare_metal");
    near(&readings.cpu.process, 0.0);
    assert_eq!(
        readings.cpu.host.reason(),
        Some("the host's processor time stood still or went backwards")
    );
    assert_eq!(readings.storage.wait.value(), Some(&Nanos::ZERO));
}

#[test]
fn a_containers_quota_and_limit_come_before_the_hosts() {
    let readings = first_pass("container_v2");
    assert_eq!(readings.cpu.cores.value(), Some(&1.5));
    assert_eq!(
        readings.cpu.throttling.value(),
        Some(&throttled(4100, 37, 1_250))
    );
    assert_eq!(readings.memory.limit.value(), Some(&Bytes::new(4 << 30)));
    near(&readings.memory.used, 0.5);
    near(&readings.memory.host, 0.25);
    near(&some(&readings.pressure.cpu), 0.4);
    near(&some(&readings.pressure.memory), 0.02);
}

#[test]
fn a_share_of_processor_time_is_of_the_quota() {
    let readings = two_passes("container_v2", "bare_metal_later");
    near(&readings.cpu.process, 4.0 / 1.5);
}

#[test]
fn a_quota_is_used_up_by_all_of_its_group() {
    let clock = Mock::start();
    let machine = Machine::named("container_v2");
    let mut sensors = Sensors::rooted(machine.root());
    assert_eq!(
        sensors.read().cpu.group.reason(),
        Some("needs a second reading")
    );
    clock.advance(Nanos::from_secs(1));
    let stat = "usage_usec 632200000\nnr_periods 4110\nnr_throttled 38\nthrottled_usec 1260000\n";
    machine.write("sys/fs/cgroup/cpu.stat", stat.as_bytes());
    let cpu = sensors.read().cpu;
    near(&cpu.group, 1.2 / 1.5);
    near(&cpu.throttled, 0.1);
    assert!(first_pass("bare_metal").cpu.group.is_absent());
}

#[test]
fn a_guard_sees_memory_fill_between_two_passes() {
    let machine = Machine::named("container_v2");
    let mut sensors = Sensors::rooted(machine.root());
    near(&sensors.read().memory.used, 0.5);
    machine.write("sys/fs/cgroup/memory.current", b"4294967296\n");
    near(&sensors.guard().memory, 0.625);
    let machine = Machine::named("bare_metal");
    let mut sensors = Sensors::rooted(machine.root());
    let _ = sensors.read();
    machine.write("proc/meminfo", b"MemTotal: 1000 kB\nMemAvailable: 100 kB\n");
    near(&sensors.guard().memory, 0.9);
}

#[test]
fn a_groups_pressure_that_cannot_be_read_is_not_the_hosts() {
    let machine = Machine::named("container_v2");
    let mut sensors = Sensors::rooted(machine.root());
    let scope = |readings: &Readings| readings.pressure.cpu.value().map(|stall| stall.scope);
    assert_eq!(scope(&sensors.read()), Some(Scope::Group));
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
        account.value().map(|account| account.held.get()),
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
    assert_eq!(readings.cpu.cores.value(), Some(&2.5));
    assert_eq!(readings.cpu.throttling.value(), Some(&throttled(90, 5, 7)));
    assert_eq!(readings.memory.limit.value(), Some(&Bytes::new(8 << 30)));
    near(&readings.memory.used, 0.75);
    near(&some(&readings.pressure.cpu), 0.125);
}

#[test]
fn version_1_says_the_same_in_other_words() {
    let readings = first_pass("container_v1");
    assert_eq!(readings.cpu.cores.value(), Some(&0.5));
    assert_eq!(
        readings.cpu.throttling.value(),
        Some(&throttled(800, 12, 340))
    );
    assert_eq!(readings.memory.limit.value(), Some(&Bytes::new(512 << 20)));
    near(&readings.memory.used, 0.5);
    // A kernel before 5.13 writes one line for the processor.
    near(&some(&readings.pressure.cpu), 0.125);
}

#[test]
fn a_hybrid_hosts_controllers_are_found_where_they_are() {
    let readings = first_pass("hybrid");
    assert_eq!(readings.cpu.cores.value(), Some(&2.0));
    assert!(readings.cpu.throttling.is_absent());
    assert_eq!(readings.memory.limit.value(), Some(&kibibytes(24_684_084)));
    assert_eq!(readings.memory.used.value(), readings.memory.host.value());
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
    assert_eq!(readings.cpu.cores.value(), Some(&0.5));
}

#[test]
fn limits_that_cannot_be_seen_are_unknown() {
    let machine = Machine::named("container_v2");
    machine.write(
        "proc/self/mountinfo",
        b"22 1 259:2 / / rw - overlay overlay rw\n",
    );
    let readings = Sensors::rooted(machine.root()).read();
    let not_mounted = Some("the control groups of memory are not mounted here");
    assert_eq!(readings.memory.limit.reason(), not_mounted);
    assert_eq!(readings.memory.group.reason(), not_mounted);
    assert!(readings.cpu.cores.value().is_none() && readings.cpu.quota.value().is_none());
    assert!(!readings.cpu.quota.is_absent() && !readings.memory.group.is_absent());
    assert!(readings.memory.host.value().is_some());
}

#[test]
fn a_process_that_is_moved_is_followed() {
    let machine = Machine::named("pod_v2");
    let mut sensors = Sensors::rooted(machine.root());
    assert_eq!(sensors.read().cpu.cores.value(), Some(&2.5));
    machine.write("proc/self/cgroup", b"0::/kubepods.slice\n");
    assert_eq!(sensors.read().cpu.cores.value(), Some(&16.0));
}

#[test]
fn what_the_kernel_does_not_tell_is_unknown_and_what_is_not_there_is_absent() {
    let readings = first_pass("psi_off");
    let off = Some("the kernel keeps no pressure stall information");
    assert_eq!(readings.pressure.cpu.reason(), off);
    assert_eq!(readings.pressure.io.reason(), off);
    assert!(readings.pressure.cpu.is_absent() && readings.pressure.io.is_absent());
    assert!(readings.storage.wait.is_absent());
    assert_eq!(
        readings.storage.moved.reason(),
        Some("/proc/self/io: No such file or directory (os error 2)")
    );
    assert!(readings.gpus.used.is_absent());
    near(&readings.memory.used, 0.25);
}

#[test]
fn a_gpus_library_makes_the_gpu_unknown() {
    let machine = Machine::named("bare_metal");
    machine.write("usr/lib64/libnvidia-ml.so.1", b"");
    let readings = Sensors::rooted(machine.root()).read();
    let reason = match cfg!(feature = "gpu") {
        true => "the driver's library cannot be loaded",
        false => "GPU readings come with the feature gpu",
    };
    assert_eq!(readings.gpus.used.reason(), Some(reason));
    assert!(!readings.gpus.used.is_absent());
}

#[test]
fn a_gpu_that_nobody_here_can_read_is_unknown() {
    let machine = Machine::named("bare_metal");
    machine.write("sys/class/drm/card0/device/vendor", b"0x8086\n");
    machine.write("sys/class/drm/version", b"drm 1.1.0\n");
    assert!(Sensors::rooted(machine.root()).read().gpus.used.is_absent());
    machine.write("sys/class/drm/card1/device/vendor", b"0x1002\n");
    let gpus = Sensors::rooted(machine.root()).read().gpus;
    assert_eq!(gpus.used.reason(), Some("GPUs of AMD are not read"));
    assert!(!gpus.devices.is_absent());
}

#[test]
fn a_guard_reads_what_a_pass_reads() {
    let machine = Machine::named("container_v2");
    let mut sensors = Sensors::rooted(machine.root());
    let readings = sensors.read();
    let guard = sensors.guard();
    assert_eq!(guard.memory.value(), readings.memory.used.value());
    assert_eq!(guard.io_pressure.value(), readings.pressure.io.value());
    let pages = Bytes::new(400_000 * procfs::page_size());
    assert_eq!(guard.resident.value(), Some(&pages));
    assert_eq!(guard.cpu_pressure.value(), readings.pressure.cpu.value());
    assert_eq!(
        guard.memory_pressure.value(),
        readings.pressure.memory.value()
    );
}

#[test]
fn sensors_go_where_the_thread_that_reads_them_goes() {
    fn goes<T: Send + Sync>() {}
    goes::<Sensors>();
    goes::<Readings>();
}

fn first_pass(machine: &str) -> Readings {
    Sensors::rooted(Machine::named(machine).root()).read()
}

/// A pass over one machine, and a second one when a second has passed and some of its files have changed.
fn two_passes(machine: &str, later: &str) -> Readings {
    let clock = Mock::start();
    let machine = Machine::named(machine);
    let mut sensors = Sensors::rooted(machine.root());
    let _ = sensors.read();
    clock.advance(Nanos::from_secs(1));
    machine.overlay(later);
    sensors.read()
}

/// The share of time in which some task was stalled.
fn some(stall: &Reading<Stall>) -> Reading<Ratio> {
    stall.clone().map(|stall| stall.some)
}

fn near(reading: &Reading<Ratio>, expected: f64) {
    let share = reading.value().map(|share| share.get());
    let near = share.is_some_and(|share| (share - expected).abs() < 1e-6);
    assert!(near, "{reading:?} is not {expected}");
}

fn throttled(periods: u64, throttled_periods: u64, millis: u64) -> Throttling {
    Throttling {
        periods,
        throttled_periods,
        throttled_time: Nanos::from_millis(millis),
    }
}

fn kibibytes(count: u64) -> Bytes {
    Bytes::new(count * 1024)
}
