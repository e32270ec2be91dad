//! One pass: which sources make up each reading.

use super::cgroup::Cgroups;
use super::disk::Disk;
use super::files::Files;
use super::host::Processors;
use super::limit::Limit;
use super::meminfo::Memory;
use super::quota::Quota;
use super::status::Status;
use super::{descriptors, disk, host, io, limit, meminfo, pressure, process, quota};
use crate::sensor::reading::{Answer, Reading};
use crate::sensor::readings::{Readings, Throttling};
use crate::sensor::since::{Since, share};
use crate::units::{Bytes, Nanos, Ratio};

/// The groups of this process, or why they are not known.
pub(super) type Groups<'a> = Answer<&'a Cgroups>;

/// The totals of the pass before.
#[derive(Debug)]
pub(super) struct Rates {
    process_cpu: Since<Nanos, Ratio>,
    host_cpu: Since<Processors, Ratio>,
    disk_wait: Since<Vec<Disk>, Nanos>,
}

impl Rates {
    pub(super) const fn new() -> Self {
        Self {
            process_cpu: Since::new(),
            host_cpu: Since::new(),
            disk_wait: Since::new(),
        }
    }
}

pub(super) fn processors(
    files: &mut Files,
    groups: &Groups<'_>,
    status: &Answer<Status>,
    rates: &mut Rates,
    readings: &mut Readings,
) {
    let process = Reading::of(process::read(files));
    let host = host::read(files);
    let host_time = Reading::of(host.clone().and_then(|host| host.processors()));
    let booted = host.and_then(|host| host.booted());
    let quota = find_quota(files, groups);
    let cores = cores(&quota, status);

    readings.cpu.throttling = throttling(files, &quota);
    readings.cpu.process = rates.process_cpu.read(
        process.clone().map(|process| process.cpu_time()),
        |before, now, span| share(*before, *now, span, cores.clone()?),
    );
    readings.cpu.host = rates
        .host_cpu
        .read(host_time, |before, now, _| host::busy(*before, *now));
    readings.process.threads = process.clone().map(|process| process.threads);
    readings.process.totals = process.and_then(|process| process.totals(booted?));
    readings.cpu.cores = Reading::of(cores);
}

pub(super) fn memory(
    files: &mut Files,
    groups: &Groups<'_>,
    status: &Answer<Status>,
    readings: &mut Readings,
) {
    let of = |part: fn(&Status) -> Answer<Bytes>| {
        Reading::of(status.clone().and_then(|status| part(&status)))
    };
    readings.memory.resident = of(Status::resident);
    readings.memory.peak = of(Status::peak);
    readings.memory.parts = Reading::of(status.clone().and_then(|status| status.parts()));

    let host = meminfo::read(files);
    let (limit, used) = bound(files, groups, &host);
    readings.memory.limit = Reading::of(limit);
    readings.memory.used = Reading::of(used);
    readings.memory.host = Reading::of(host.and_then(|host| host.used()));
}

pub(super) fn pressure(files: &mut Files, groups: &Groups<'_>, readings: &mut Readings) {
    let own = groups
        .as_ref()
        .ok()
        .and_then(|groups| groups.unified.as_ref());
    readings.pressure.cpu = pressure::read(files, own, "cpu");
    readings.pressure.memory = pressure::read(files, own, "memory");
    readings.pressure.io = pressure::read(files, own, "io");
}

pub(super) fn storage(files: &mut Files, rates: &mut Rates, readings: &mut Readings) {
    let disks = match disk::read(files) {
        Ok(disks) if disks.is_empty() => Reading::Absent("no disk".into()),
        disks => Reading::of(disks),
    };
    readings.storage.wait = rates
        .disk_wait
        .read(disks, |before, now, _| disk::wait(before, now));
    readings.storage.moved = Reading::of(io::read(files));
    readings.process.open_files = Reading::of(descriptors::open(files));
    readings.process.open_files_limit = Reading::of(descriptors::limit(files));
}

fn find_quota<'a>(files: &mut Files, groups: &Groups<'a>) -> Answer<Option<Quota<'a>>> {
    match &groups.clone()?.cpu {
        Some(cpu) => quota::read(files, cpu),
        None => Ok(None),
    }
}

/// A quota may be wider than the processors that this process is allowed on, and then those bind.
fn cores(quota: &Answer<Option<Quota<'_>>>, status: &Answer<Status>) -> Answer<f64> {
    let quota = quota.clone()?.map_or(f64::INFINITY, |quota| quota.cores);
    Ok(status.clone()?.processors()?.min(quota))
}

fn throttling(files: &mut Files, quota: &Answer<Option<Quota<'_>>>) -> Reading<Throttling> {
    match quota {
        Ok(Some(quota)) => Reading::of(quota::throttling(files, quota)),
        Ok(None) => Reading::Absent("no CPU quota".into()),
        Err(reason) => Reading::Unknown(reason.clone()),
    }
}

/// How much memory this process may use, and the used share of it: its groups' where they have a limit, else the host's.
fn bound(
    files: &mut Files,
    groups: &Groups<'_>,
    host: &Answer<Memory>,
) -> (Answer<Bytes>, Answer<Ratio>) {
    let most = host.as_ref().map_or(UNLIMITED, |host| host.total);
    match find_limit(files, groups, most) {
        Ok(Some(limit)) => (Ok(limit.bytes), limit.used),
        Ok(None) => (
            host.clone().map(|host| Bytes::new(host.total)),
            host.clone().and_then(|host| host.used()),
        ),
        Err(reason) => (Err(reason.clone()), Err(reason)),
    }
}

fn find_limit(files: &mut Files, groups: &Groups<'_>, most: u64) -> Answer<Option<Limit>> {
    match &groups.clone()?.memory {
        Some(memory) => limit::read(files, memory, most),
        None => Ok(None),
    }
}

/// No machine has this much memory, and what version 1 writes for no limit is above it.
const UNLIMITED: u64 = 1 << 62;
