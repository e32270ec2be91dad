//! One pass: which sources make up each reading.

use super::cgroup::Cgroups;
use super::cgroup_cpu::Quota;
use super::cgroup_memory::{Level, Limit};
use super::disk::Disk;
use super::files::Files;
use super::proc::{HostMemory, Stat, Status};
use super::processors::{Cpus, Processors};
use super::threads::{Affinity, Tasks};
use super::{cgroup_cpu, cgroup_memory, disk, proc, processors, psi};
use crate::number::to_f64;
use crate::reading::{ReadResult, Reading, Reason};
use crate::readings::{Readings, Swapped, Throttling};
use crate::since::{Since, share};
use wf_instrument::{Bytes, Nanos, PerSecond, Ratio};

/// The groups of this process, or why they are not known.
pub(super) type Groups<'a> = ReadResult<&'a Cgroups>;

/// State that is kept from pass to pass.
#[derive(Debug)]
pub(super) struct Memories {
    process_cpu: Since<Nanos, Ratio>,
    host_cpu: Since<Processors, Ratio>,
    disk_wait: Since<Vec<Disk>, Nanos>,
    swapped: Since<Swapped, PerSecond>,
    /// Whose quota the next two are of.
    quota_of: String,
    group_cpu: Since<Nanos, Ratio>,
    throttled: Since<Throttling, Ratio>,
    affinity: Affinity,
    tasks: Tasks,
    /// The levels that bound memory.
    levels: ReadResult<Vec<Level>>,
    /// The last of each that was read, for when no file can be opened.
    limit: Reading<Bytes>,
    used: Reading<Ratio>,
    pub(super) resident: Reading<Bytes>,
}

impl Memories {
    pub(super) fn new() -> Self {
        Self {
            process_cpu: Since::new(),
            host_cpu: Since::new(),
            disk_wait: Since::new(),
            swapped: Since::new(),
            quota_of: String::new(),
            group_cpu: Since::new(),
            throttled: Since::new(),
            affinity: Affinity::default(),
            tasks: Tasks::default(),
            levels: Err("needs a pass over everything first".into()),
            limit: Reading::default(),
            used: Reading::default(),
            resident: Reading::default(),
        }
    }

    /// Takes these limits for the fast readings, unless they could not be read for want of
    /// descriptors.
    fn keep(&mut self, files: &Files, limit: ReadResult<Option<Limit>>) {
        let lost = limit.is_err() && files.is_exhausted();
        if !lost || self.levels.is_err() {
            self.levels = limit.map(|limit| limit.map_or(Vec::new(), |limit| limit.levels));
        }
    }

    /// The used share of memory by the last pass's limits.
    pub(super) fn used(&mut self, files: &mut Files) -> Reading<Ratio> {
        let used = match &self.levels {
            Err(why) => Err(why.clone()),
            Ok(levels) if levels.is_empty() => {
                proc::host_memory(files).and_then(|host| host.used())
            }
            Ok(levels) => cgroup_memory::used(files, levels),
        };
        or_last(files, Reading::of(used), &mut self.used)
    }

    /// Another group's counters do not go on from those of the group before.
    fn follow(&mut self, quota: &Quota<'_>) {
        if self.quota_of != quota.group {
            self.quota_of = quota.group.to_owned();
            self.group_cpu = Since::new();
            self.throttled = Since::new();
        }
    }
}

pub(super) fn cpu(
    files: &mut Files,
    groups: &Groups<'_>,
    status: &ReadResult<Status>,
    process: &ReadResult<Stat>,
    memories: &mut Memories,
    readings: &mut Readings,
) {
    let process = Reading::of(process.clone());
    let host = processors::host(files);
    let host_time = Reading::of(host.clone().and_then(|host| host.processors()));
    let booted = host.clone().and_then(|host| host.booted());
    let quota = find_quota(files, groups);
    let usable = processors::usable(files, &host, groups);
    let allowed = usable.and_then(|usable| memories.affinity.read(files, status, &usable));
    let cores = cores(&quota, &allowed);

    readings.cpu.throttling = throttling(files, &quota);
    if let Ok(Some(quota)) = &quota {
        memories.follow(quota);
    }
    readings.cpu.throttled = memories
        .throttled
        .read(readings.cpu.throttling.clone(), |before, now, _| {
            cgroup_cpu::stopped(before, now)
        });
    readings.cpu.quota_utilization = group_cpu(files, &quota, memories);
    readings.cpu.quota = match quota {
        Ok(Some(quota)) => Reading::of(Ok(quota.cores)),
        Ok(None) => Reading::Absent(NO_QUOTA),
        Err(why) => Reading::Unknown(why),
    };
    readings.cpu.utilization = memories.process_cpu.read(
        process.clone().map(|process| process.cpu_time()),
        |before, now, span| share(*before, *now, span, cores.clone()?),
    );
    readings.cpu.host_utilization = memories
        .host_cpu
        .read(host_time, |before, now, _| processors::busy(*before, *now));
    let online = host.clone().and_then(|host| host.online());
    readings.cpu.host_cores = Reading::of(online.map(|online| online.count()));
    readings.cpu.host_tasks = Reading::of(host.and_then(|host| host.tasks()));
    readings.cpu.limit = Reading::of(cores);
    readings.process.threads = process.clone().map(|process| process.threads);
    readings.process.totals = process.and_then(|process| {
        process.totals(booted?, || {
            status.clone().and_then(|status| status.mapped())
        })
    });
}

pub(super) fn memory(
    files: &mut Files,
    groups: &Groups<'_>,
    status: &ReadResult<Status>,
    process: &ReadResult<Stat>,
    memories: &mut Memories,
    readings: &mut Readings,
) {
    let of = |part: fn(&Status) -> ReadResult<Bytes>| {
        Reading::of(status.clone().and_then(|status| part(&status)))
    };
    let memory = &mut readings.memory;
    memory.resident = of(Status::resident);
    memory.peak_rss = of(Status::peak);
    memory.swapped = of(Status::swapped);
    memory.rss = Reading::of(status.clone().and_then(|status| status.parts()));
    memory.major_faults = Reading::of(process.clone().map(|process| process.major_faults));

    let host = proc::host_memory(files);
    let limit = bound(files, groups, &host);
    memories.keep(files, limit.clone());
    memory.utilization = memories.used(files);
    let bytes = limit.and_then(|limit| match limit {
        Some(limit) => Ok(limit.bytes),
        None => host.clone().map(|host| Bytes::new(host.total)),
    });
    memory.limit = or_last(files, Reading::of(bytes), &mut memories.limit);
    memory.group = match groups.clone().and_then(|groups| groups.memory.clone()) {
        Ok(hierarchy) => cgroup_memory::account(files, hierarchy.as_ref()),
        Err(why) => Reading::Unknown(why),
    };
    memory.host_swap = swap(files, &host);
    memory.host_swapping = memories
        .swapped
        .read(memory.host_swap.clone(), |before, now, span| {
            proc::swapping(before, now, span)
        });
    memory.host_total = Reading::of(host.clone().map(|host| Bytes::new(host.total)));
    memory.host_utilization = Reading::of(host.and_then(|host| host.used()));
}

pub(super) fn pressure(files: &mut Files, groups: &Groups<'_>, readings: &mut Readings) {
    let mut of = |resource| {
        let host = psi::host(files, resource);
        let own = match groups {
            Ok(groups) => {
                let unified = groups.unified.as_ref().map_err(Clone::clone);
                psi::own(files, &unified.map(Option::as_ref), resource)
            }
            Err(why) => psi::own(files, &Err(why.clone()), resource),
        };
        (own.unwrap_or_else(|| host.clone()), host)
    };
    let pressure = &mut readings.pressure;
    (pressure.cpu, pressure.host_cpu) = of("cpu");
    (pressure.memory, pressure.host_memory) = of("memory");
    (pressure.io, pressure.host_io) = of("io");
}

pub(super) fn storage(files: &mut Files, memories: &mut Memories, readings: &mut Readings) {
    let disks = match disk::read(files) {
        Ok(disks) if disks.is_empty() => Reading::Absent("no disk".into()),
        disks => Reading::of(disks),
    };
    readings.storage.wait = memories
        .disk_wait
        .read(disks, |before, now, span| disk::wait(before, now, span));
    readings.storage.block_io = Reading::of(proc::block_io(files));
    let found = memories.tasks.read(files);
    readings.cpu.threads = found.threads;
    readings.storage.io_wait = found.waited;
    readings.process.open_fds = Reading::of(proc::open_fds(files));
    readings.process.max_fds = Reading::of(proc::max_fds(files));
}

fn swap(files: &mut Files, host: &ReadResult<HostMemory>) -> Reading<Swapped> {
    match host {
        Ok(host) if host.is_without_swap() => Reading::Absent("no swap space".into()),
        _ => Reading::of(proc::host_swap(files)),
    }
}

fn find_quota<'a>(files: &mut Files, groups: &Groups<'a>) -> ReadResult<Option<Quota<'a>>> {
    match groups.clone()?.cpu.as_ref().map_err(Clone::clone)? {
        Some(cpu) => cgroup_cpu::read(files, cpu),
        None => Ok(None),
    }
}

/// A quota may be wider than the processors that this process is allowed on, and then those bind.
fn cores(quota: &ReadResult<Option<Quota<'_>>>, allowed: &ReadResult<Cpus>) -> ReadResult<f64> {
    let quota = quota.clone()?.map_or(f64::INFINITY, |quota| quota.cores);
    Ok(to_f64(allowed.clone()?.count()).min(quota))
}

/// The share of a quota that is used up, by all processes of the group that has it.
fn group_cpu(
    files: &mut Files,
    quota: &ReadResult<Option<Quota<'_>>>,
    memories: &mut Memories,
) -> Reading<Ratio> {
    let used = match quota {
        Ok(Some(quota)) => Reading::of(cgroup_cpu::usage(files, quota)),
        Ok(None) => Reading::Absent(NO_QUOTA),
        Err(reason) => Reading::Unknown(reason.clone()),
    };
    let cores = quota
        .as_ref()
        .ok()
        .and_then(|quota| Some(quota.as_ref()?.cores));
    memories.group_cpu.read(used, |before, now, span| {
        share(*before, *now, span, cores.unwrap_or_default())
    })
}

fn throttling(files: &mut Files, quota: &ReadResult<Option<Quota<'_>>>) -> Reading<Throttling> {
    match quota {
        Ok(Some(quota)) => Reading::of(cgroup_cpu::throttling(files, quota)),
        Ok(None) => Reading::Absent(NO_QUOTA),
        Err(reason) => Reading::Unknown(reason.clone()),
    }
}

/// The limits of this process's memory that are below the host's; `None` if there are none.
fn bound(
    files: &mut Files,
    groups: &Groups<'_>,
    host: &ReadResult<HostMemory>,
) -> ReadResult<Option<Limit>> {
    let most = host
        .as_ref()
        .map_or(cgroup_memory::UNLIMITED, |host| host.total);
    match groups.clone()?.memory.as_ref().map_err(Clone::clone)? {
        Some(memory) => cgroup_memory::limit(files, memory, most),
        None => Ok(None),
    }
}

/// The reading of now, or the last one with its age where descriptors are all that was lacking.
pub(super) fn or_last<T: Clone>(
    files: &Files,
    now: Reading<T>,
    last: &mut Reading<T>,
) -> Reading<T> {
    if now.value().is_some() || !files.is_exhausted() {
        *last = now.clone();
        return now;
    }
    match last.value() {
        Some(_) => last.clone(),
        None => now,
    }
}

const NO_QUOTA: Reason = Reason::Borrowed("no CPU quota");
