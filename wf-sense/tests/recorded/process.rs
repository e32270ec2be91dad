//! The process itself and the host around it.

use std::time::{Duration, SystemTime};

use wf_instrument::{Bytes, Nanos, Ratio};
use wf_sense::{BlockIo, HostTasks, Readings, Resident, Sensors, Swapped, Threads};

use crate::{first_pass, kibibytes, near, some, two_passes};

#[test]
fn the_process_is_read_whole() {
    let readings = first_pass("bare_metal");
    let mut parts = Resident::default();
    parts.anonymous = kibibytes(400_000);
    parts.file = kibibytes(1_199_000);
    parts.shared = kibibytes(1_000);
    let mut io = BlockIo::default();
    io.read = Bytes::new(8_589_934_592);
    io.written = Bytes::new(1_048_576);
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
    assert_eq!(
        readings.memory.peak_rss.value(),
        Some(&kibibytes(1_700_000))
    );
    assert_eq!(readings.memory.rss.value(), Some(&parts));
    assert_eq!(readings.storage.block_io.value(), Some(&io));
    assert_eq!(readings.process.max_fds.value(), Some(&1024));
    assert_eq!(readings.memory.swapped.value(), Some(&kibibytes(2_048)));
    assert_eq!(readings.memory.major_faults.value(), Some(&321));
}

#[test]
fn readings_of_the_host_differ_from_limits_of_the_process() {
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
fn runnable_and_blocked_threads_are_counted_apart() {
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
fn swapping_is_counted_by_pages_that_move() {
    let readings = two_passes("bare_metal", "bare_metal_later");
    let page = procfs::page_size();
    let swapped = Swapped {
        read: Bytes::new(1_100 * page),
        written: Bytes::new(2_300 * page),
    };
    assert_eq!(readings.memory.host_swap.value(), Some(&swapped));
    let rate = readings.memory.host_swapping.value().unwrap().get();
    assert!((rate / (400.0 * page as f64) - 1.0).abs() < 1e-6, "{rate}");
    let without = first_pass("hybrid").memory;
    assert!(without.host_swap.is_absent() && without.host_swapping.is_absent());
}

#[test]
fn rates_are_those_between_two_passes() {
    let readings = two_passes("bare_metal", "bare_metal_later");
    // 400 ticks of 10 ms in one second of 16 processors; 800 ticks busy of 1600; 1.2 s for 100
    // requests of the busiest disk.
    near(&readings.cpu.utilization, 0.25);
    near(&readings.cpu.host_utilization, 0.5);
    assert_eq!(readings.storage.wait.value(), Some(&Nanos::from_millis(12)));
}

#[test]
fn a_total_that_stands_still_is_no_share_of_time() {
    let readings = two_passes("bare_metal", "bare_metal");
    near(&readings.cpu.utilization, 0.0);
    assert_eq!(
        readings.cpu.host_utilization.reason(),
        Some("the host's processor time stood still or went backwards")
    );
    assert_eq!(readings.storage.wait.value(), Some(&Nanos::ZERO));
}

#[test]
fn sensors_go_where_the_thread_that_reads_them_goes() {
    fn goes<T: Send + Sync>() {}
    goes::<Sensors>();
    goes::<Readings>();
}
