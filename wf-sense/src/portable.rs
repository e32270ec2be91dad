//! The sensors of every system but Linux, through `sysinfo`.

use crate::number::to_f64;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, SystemTime};

use sysinfo::{MemoryRefreshKind, Process, ProcessRefreshKind, ProcessesToUpdate, System};

use super::gpu::Gpu;
use super::reading::{ReadResult, Reading, Reason};
use super::readings::{Alarms, BlockIo, FastReadings, ProcessTotals, Readings};
use super::since::{Since, share};
use wf_instrument::fork::ProcessLocal;
use wf_instrument::{Bytes, Nanos, Ratio};

/// This process and its host by `sysinfo`. Control groups, pressure, waits for disks and GPUs are
/// not read.
#[derive(Debug)]
pub(super) struct Machine {
    system: ReadResult<System>,
    process_cpu: Since<Nanos, Ratio>,
    host_cpu: Since<(), Ratio>,
}

impl Machine {
    pub(super) fn new() -> Self {
        Self {
            system: System::new().map_err(reason),
            process_cpu: Since::new(),
            host_cpu: Since::new(),
        }
    }

    pub(super) fn read(&mut self, readings: &mut Readings) {
        mark_linux_only(readings);
        self.read_process(readings);
        self.read_host(readings);
    }

    /// GPUs are not searched for.
    #[expect(clippy::unused_self, reason = "another system reads its files")]
    pub(super) fn gpus(&self) -> Reading<Arc<[Gpu]>> {
        Reading::default()
    }

    /// Resident memory, and the used share of the host's.
    pub(super) fn read_fast(&mut self) -> FastReadings {
        let mut readings = Readings::default();
        mark_linux_only(&mut readings);
        let memory = Reading::of(self.system().map(memory)).and_then(used);
        let process = self.process();
        FastReadings {
            resident: Reading::of(process.map(|process| Bytes::new(process.memory()))),
            memory_utilization: memory,
            cpu_pressure: readings.pressure.cpu,
            memory_pressure: readings.pressure.memory,
            io_pressure: readings.pressure.io,
            ..FastReadings::default()
        }
    }

    /// # Errors
    /// Never.
    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "another system has triggers, and may refuse"
    )]
    pub(super) fn triggers(&self) -> io::Result<(Triggers, Canceller)> {
        let (canceller, cancelled) = channel();
        Ok((Triggers(cancelled), Canceller(ProcessLocal::new(canceller))))
    }

    #[expect(clippy::unused_self, reason = "another system has triggers")]
    pub(super) const fn follow(&self, _: &mut Triggers) {}

    fn read_process(&mut self, readings: &mut Readings) {
        let process = self.process();
        readings.memory.resident =
            Reading::of(process.clone().map(|process| Bytes::new(process.memory())));
        readings.storage.block_io = Reading::of(process.clone().map(storage));
        readings.process.open_fds = Reading::of(
            process
                .clone()
                .and_then(|process| count(process.open_files())),
        );
        readings.process.max_fds = Reading::of(
            process
                .clone()
                .and_then(|process| count(process.open_files_limit())),
        );
        readings.process.totals = Reading::of(process.and_then(totals));

        let cores = cores();
        let cpu_time = readings
            .process
            .totals
            .clone()
            .map(|totals| totals.cpu_time);
        readings.cpu.utilization = self.process_cpu.read(cpu_time, |before, now, span| {
            share(*before, *now, span, cores.clone()?)
        });
        readings.cpu.limit = Reading::of(cores);
    }

    /// `sysinfo` computes the busy share between two of its own refreshes, at least 200 ms apart.
    fn read_host(&mut self, readings: &mut Readings) {
        let busy = self.system().map(busy);
        let busy = busy.and_then(|busy| Ratio::new(busy).ok_or(NOT_READ));
        readings.cpu.host_utilization = self.host_cpu.read(Reading::of(Ok(())), |(), (), _| busy);

        let memory = Reading::of(self.system().map(memory));
        readings.memory.limit = memory.clone().map(|(total, _)| Bytes::new(total));
        readings.memory.host_total = readings.memory.limit.clone();
        readings.memory.host_utilization = memory.and_then(used);
        readings.memory.utilization = readings.memory.host_utilization.clone();
    }

    fn process(&mut self) -> ReadResult<&Process> {
        let pid = sysinfo::get_current_pid().map_err(reason)?;
        let kind = ProcessRefreshKind::nothing()
            .with_cpu()
            .with_memory()
            .with_disk_usage();
        let system = self.system()?;
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, kind);
        system.process(pid).ok_or(NOT_READ)
    }

    fn system(&mut self) -> ReadResult<&mut System> {
        self.system.as_mut().map_err(|reason| reason.clone())
    }
}

/// Marks as absent what only Linux has.
fn mark_linux_only(readings: &mut Readings) {
    readings.cpu.quota = Reading::Absent(LINUX_ONLY);
    readings.cpu.quota_utilization = Reading::Absent(LINUX_ONLY);
    readings.cpu.throttling = Reading::Absent(LINUX_ONLY);
    readings.cpu.throttled = Reading::Absent(LINUX_ONLY);
    readings.cpu.threads = Reading::Absent(LINUX_ONLY);
    readings.memory.group = Reading::Absent(LINUX_ONLY);
    let pressure = &mut readings.pressure;
    for stall in [
        &mut pressure.cpu,
        &mut pressure.memory,
        &mut pressure.io,
        &mut pressure.host_cpu,
        &mut pressure.host_memory,
        &mut pressure.host_io,
    ] {
        *stall = Reading::Absent(LINUX_ONLY);
    }
}

/// Waits: only the Linux kernel raises alarms that are read here.
#[derive(Debug)]
pub(super) struct Triggers(Receiver<()>);

/// Ends the wait of a [`Triggers`].
#[derive(Debug)]
pub(super) struct Canceller(ProcessLocal<Sender<()>>);

impl Triggers {
    #[expect(clippy::unused_self, reason = "another system has some")]
    pub(super) fn watched(&self, _: &mut Alarms) -> Alarms {
        Alarms::default()
    }

    pub(super) fn wait(&mut self, timeout: Duration, _: &mut Alarms) {
        // Cancelled or timed out, the wait is over.
        let _ = self.0.recv_timeout(timeout);
    }
}

impl Canceller {
    pub(super) fn cancel(&self) {
        // The triggers are gone already.
        let _ = self.0.send(());
    }
}

fn busy(system: &mut System) -> f64 {
    system.refresh_cpu_usage();
    f64::from(system.global_cpu_usage()) / 100.0
}

/// The used share of the host's memory, of that and what is available.
fn used((total, available): (u64, u64)) -> ReadResult<Ratio> {
    let used = to_f64(total.saturating_sub(available));
    Ratio::of(used, to_f64(total)).ok_or(NOT_READ)
}

/// The host's memory and what of it is available.
fn memory(system: &mut System) -> (u64, u64) {
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    (system.total_memory(), system.available_memory())
}

fn reason(error: impl std::fmt::Display) -> Reason {
    error.to_string().into()
}

fn cores() -> ReadResult<f64> {
    std::thread::available_parallelism()
        .map(|cores| to_f64(u64::try_from(cores.get()).unwrap_or(u64::MAX)))
        .map_err(reason)
}

fn totals(process: &Process) -> ReadResult<ProcessTotals> {
    let started = Duration::from_secs(process.start_time());
    Ok(ProcessTotals {
        cpu_time: Nanos::from_millis(process.accumulated_cpu_time()),
        started: SystemTime::UNIX_EPOCH
            .checked_add(started)
            .ok_or(NOT_READ)?,
        virtual_memory: Bytes::new(process.virtual_memory()),
    })
}

fn storage(process: &Process) -> BlockIo {
    let usage = process.disk_usage();
    BlockIo {
        read: Bytes::new(usage.total_read_bytes),
        written: Bytes::new(usage.total_written_bytes),
    }
}

fn count(files: Option<usize>) -> ReadResult<u64> {
    files
        .and_then(|files| u64::try_from(files).ok())
        .ok_or(NOT_READ)
}

const LINUX_ONLY: Reason = Reason::Borrowed("this system has no such thing");
const NOT_READ: Reason = Reason::Borrowed("not read on this system");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unavailable_readings_are_unknown_and_the_rest_is_present() {
        let mut machine = Machine::new();
        let mut readings = Readings::default();
        machine.read(&mut readings);
        assert!(machine.read_fast().resident.value().is_some());
        assert!(!machine.gpus().is_absent());
        let fast = machine.read_fast();
        assert!(fast.memory_utilization.value().is_some() && fast.cpu_pressure.is_absent());
        assert!(
            readings
                .memory
                .resident
                .value()
                .is_some_and(|held| held.get() > 1 << 20)
        );
        assert!(
            readings
                .memory
                .utilization
                .value()
                .is_some_and(|used| used.get() < 1.0)
        );
        assert!(
            readings
                .cpu
                .limit
                .value()
                .is_some_and(|cores| *cores >= 1.0)
        );
        assert!(readings.pressure.cpu.is_absent() && readings.cpu.quota.is_absent());
        assert!(readings.cpu.threads.is_absent());
        assert_eq!(readings.storage.wait.reason(), Some("not read"));
        assert_eq!(
            readings.cpu.utilization.reason(),
            Some("needs a second reading")
        );
        assert_eq!(
            readings.cpu.host_utilization.reason(),
            Some("needs a second reading")
        );
    }

    #[test]
    fn a_wait_ends_when_it_is_cancelled() {
        let (mut triggers, canceller) = Machine::new().triggers().unwrap();
        canceller.cancel();
        // Would take longer than any test may.
        triggers.wait(Duration::from_secs(1_000_000), &mut Alarms::default());
        let mut alarms = Alarms::default();
        Machine::new().follow(&mut triggers);
        assert_eq!(triggers.watched(&mut alarms), Alarms::default());
    }
}
