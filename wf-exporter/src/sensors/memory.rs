//! Memory.

use wf_sense::{GroupMemory, Memory, Reading};

use super::told::{Told, bytes, count, share};
use crate::family::Family;

pub(super) fn tell(memory: &Memory, told: &mut Told<'_>) {
    resident(memory, told);
    bound(memory, told);
    group(&memory.group, told);
    heap(memory, told);
    host(memory, told)
}

fn resident(memory: &Memory, told: &mut Told<'_>) {
    told.gauge(
        "process_resident_memory_bytes",
        "Resident memory size in bytes.",
        &memory.resident,
        bytes,
    );
    told.gauge(
        "wf_memory_peak_rss_bytes",
        "The most that was ever resident.",
        &memory.peak,
        bytes,
    );
    let parts = &memory.parts;
    told.gauge(
        "wf_memory_rss_anon_bytes",
        "Resident memory that is no file's: heap, stacks and the like.",
        parts,
        |parts| bytes(&parts.anonymous),
    );
    told.gauge(
        "wf_memory_rss_file_bytes",
        "Resident pages of mapped files, model weights among them.",
        parts,
        |parts| bytes(&parts.file),
    );
    told.gauge(
        "wf_memory_rss_shared_bytes",
        "Resident memory shared with other processes.",
        parts,
        |parts| bytes(&parts.shared),
    );
    told.gauge(
        "wf_memory_swapped_bytes",
        "Memory of this process that is in swap space.",
        &memory.swapped,
        bytes,
    );
    told.counter(
        "wf_memory_major_faults",
        "Page faults of this process that had to wait for storage.",
        &memory.major_faults,
        count,
    )
}

fn bound(memory: &Memory, told: &mut Told<'_>) {
    told.gauge(
        "wf_memory_limit_bytes",
        "Memory that this process may use.",
        &memory.limit,
        bytes,
    );
    told.gauge(
        "wf_memory_utilization_ratio",
        "Used share of the memory that this process may use.",
        &memory.used,
        share,
    )
}

fn group(group: &Reading<GroupMemory>, told: &mut Told<'_>) {
    told.gauge(
        "wf_memory_group_bytes",
        "Memory charged to the process's control group, file cache included.",
        group,
        |group| bytes(&group.held),
    );
    let limits = Family::gauge(
        "wf_memory_group_limit_bytes",
        "Bounds of the process's control group: above `high` it is slowed down, above `max` somebody is killed.",
    );
    told.family(limits, group, |family, group| {
        let bounds = [("high", group.high), ("max", group.max)];
        let set = bounds
            .iter()
            .filter_map(|(name, bound)| Some((name, (*bound)?)));
        set.fold(family, |family, (name, bound)| {
            family.sample(&[("bound", name)], bytes(&bound))
        })
    });
    let events = Family::counter(
        "wf_memory_group_events",
        "How often the process's control group met its bounds.",
    );
    told.family(events, group, |family, group| {
        let events = group.events;
        let kinds = [
            ("high", events.high),
            ("max", Some(events.max)),
            ("oom_kill", events.killed),
        ];
        let told = kinds
            .iter()
            .filter_map(|(name, count)| Some((name, (*count)?)));
        told.fold(family, |family, (name, number)| {
            family.sample(&[("event", name)], count(&number))
        })
    })
}

fn heap(memory: &Memory, told: &mut Told<'_>) {
    told.gauge(
        "wf_heap_live_bytes",
        "Memory that the allocator has given out.",
        &memory.heap,
        |heap| bytes(&heap.live),
    );
    let held = Family::gauge(
        "wf_heap_held_bytes",
        "Memory that the allocator holds of the system.",
    );
    told.family(held, &memory.heap, |family, heap| match &heap.held {
        Some(held) => family.sample(&[], bytes(held)),
        None => family,
    })
}

fn host(memory: &Memory, told: &mut Told<'_>) {
    told.gauge(
        "wf_host_memory_bytes",
        "Memory of the host.",
        &memory.host_total,
        bytes,
    );
    told.gauge(
        "wf_host_memory_utilization_ratio",
        "Share of the host's memory that is not available to anybody.",
        &memory.host,
        share,
    );
    told.counter(
        "wf_host_swap_read_bytes",
        "Bytes that the host has read back from swap space.",
        &memory.swap,
        |swap| bytes(&swap.read),
    );
    told.counter(
        "wf_host_swap_written_bytes",
        "Bytes that the host has written to swap space.",
        &memory.swap,
        |swap| bytes(&swap.written),
    );
    told.gauge(
        "wf_host_swapping_bytes_per_second",
        "Bytes that the host moved to swap space or back, between the last two passes.",
        &memory.swapping,
        |rate| rate.get(),
    )
}
