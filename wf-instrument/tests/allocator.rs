//! A global allocator that records each allocation, also those that recording makes.

#![expect(unsafe_code, reason = "a global allocator is unsafe to write")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::thread;

use wf_instrument::histogram::Recorder;
use wf_instrument::snapshot::Snapshot;
use wf_instrument::{Counter, wf_count, wf_measure};

struct RecordingAllocator;

static SIZES: Recorder = Recorder::new();
static ALLOCATIONS: Counter = Counter::new();

// SAFETY: `System` allocates. Recording may call this allocator again, but never while it holds
// a lock.
unsafe impl GlobalAlloc for RecordingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        record(layout.size());
        // SAFETY: the caller meets the requirements of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller meets the requirements of `dealloc`.
        unsafe { System.dealloc(at, layout) }
    }
}

/// Called first by the allocation that a new label value makes.
#[wf_measure(name = "labelled_allocator", labels(size = if size < 512 { "small" } else { "large" }))]
fn labelled(size: usize) {}

#[wf_measure(name = "measured_allocator")]
fn record(size: usize) {
    labelled(size);
    SIZES.record(size as u64);
    ALLOCATIONS.add(1);
    wf_count!("counted_allocations");
}

#[global_allocator]
static ALLOCATOR: RecordingAllocator = RecordingAllocator;

#[test]
fn an_allocator_that_records_neither_deadlocks_nor_loses_counts() {
    let before = ALLOCATIONS.total();
    thread::scope(|scope| {
        for n in 1..=16 {
            scope.spawn(move || {
                (0..1_000).for_each(|i| drop(std::hint::black_box(vec![0_u8; n * (i % 50 + 1)])));
            });
        }
    });
    let metrics = Snapshot::take().metrics;
    assert!(ALLOCATIONS.total() - before >= 16_000);
    let calls = metrics
        .spans
        .iter()
        .find(|row| &*row.span == "measured_allocator")
        .expect("the site is known");
    assert_eq!(calls.panicked.count() + calls.error.count(), 0);
    assert_eq!(calls.in_flight, 0);
    // Samples recorded while the shared shard was being allocated are counted as dropped.
    let recorded = SIZES.snapshot().count() + metrics.dropped;
    assert!(recorded >= ALLOCATIONS.total(), "{recorded}");
}
