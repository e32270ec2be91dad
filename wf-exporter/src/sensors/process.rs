//! What Prometheus' own clients tell of every process, under their names.

use std::time::UNIX_EPOCH;

use wf_sense::Process;

use super::told::{Told, bytes, count, seconds};
use crate::family::Family;

pub(super) fn tell(process: &Process, told: &mut Told<'_>) {
    totals(process, told);
    told.gauge(
        "process_threads",
        "Number of OS threads in the process.",
        &process.threads,
        count,
    );
    told.gauge(
        "process_open_fds",
        "Number of open file descriptors.",
        &process.open_files,
        count,
    );
    let limit = Family::gauge(
        "process_max_fds",
        "Maximum number of open file descriptors.",
    );
    told.family(
        limit,
        &process.open_files_limit,
        |family, limit| match limit {
            &u64::MAX => family,
            limit => family.sample(&[], count(limit)),
        },
    )
}

fn totals(process: &Process, told: &mut Told<'_>) {
    let totals = &process.totals;
    told.counter(
        "process_cpu_seconds",
        "Total user and system CPU time spent in seconds.",
        totals,
        |totals| seconds(&totals.cpu_time),
    );
    told.gauge(
        "process_virtual_memory_bytes",
        "Virtual memory size in bytes.",
        totals,
        |totals| bytes(&totals.virtual_memory),
    );
    let started = Family::gauge(
        "process_start_time_seconds",
        "Start time of the process since unix epoch in seconds.",
    );
    told.family(started, totals, |family, totals| {
        match totals.started.duration_since(UNIX_EPOCH) {
            Ok(since) => family.sample(&[], since.as_secs_f64()),
            Err(_) => family,
        }
    })
}
