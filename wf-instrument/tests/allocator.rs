//! A global allocator that records: every allocation, also those that recording itself makes.

#![expect(unsafe_code, reason = "a global allocator is unsafe to write")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::thread;

use wf_instrument::histogram::Recorder;
use wf_instrument::snapshot::Snapshot;
use wf_instrument::{Counter, wf_count, wf_measure};

struct Recording;

static SIZES: Recorder = Recorder::new();
static ALLOCATIONS: Counter = Counter::new();

// SAFETY: as `System`, which does the work; recording allocates at most by this allocator again, and never while it holds a lock.
unsafe impl GlobalAlloc for Recording {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        record(layout.size());
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise, passed on.
        unsafe { System.dealloc(at, layout) }
    }
}

/// Its first calls are those of an allocation that a new label asks for.
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
static ALLOCATOR: Recording = Recording;

#[test]
fn an_allocator_that_records_neither_hangs_nor_loses_count() {
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
    // What it recorded while the shared shard itself was being allocated had no place, and was counted as that.
    let recorded = SIZES.snapshot().count() + metrics.dropped;
    assert!(recorded >= ALLOCATIONS.total(), "{recorded}");
}
