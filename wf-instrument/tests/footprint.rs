//! What recording takes of the process: no allocation once a thread has recorded, and memory by the peak of threads.

#![expect(unsafe_code, reason = "a global allocator is unsafe to write")]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::pin::pin;
use std::sync::atomic::{AtomicIsize, Ordering};
use std::sync::{Barrier, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

use futures_util::stream::{self, Stream};
use wf_instrument::clock::mock::Mock;
use wf_instrument::histogram::Recorder;
use wf_instrument::{wf_count, wf_gauge, wf_measure, wf_token};

struct Counting;

/// Bytes that the whole process holds.
static LIVE: AtomicIsize = AtomicIsize::new(0);

thread_local! {
    /// Of this thread alone: the harness allocates on others whenever it likes.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static HELD: Cell<isize> = const { Cell::new(0) };
}

fn held(bytes: isize) {
    LIVE.fetch_add(bytes, Ordering::Relaxed);
    HELD.set(HELD.get() + bytes);
}

// SAFETY: as `System`, which does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        held(layout.size().cast_signed());
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        held(-layout.size().cast_signed());
        // SAFETY: the caller's promise, passed on.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The shards of a thread are those of its slot, so the tests go one at a time.
fn alone() -> impl Drop {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn allocations(work: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

fn live_after(work: impl FnOnce()) -> isize {
    work();
    LIVE.load(Ordering::Relaxed)
}

static SIZES: Recorder = Recorder::new();

#[wf_measure]
fn call(n: u64) -> Result<u64, u64> {
    if n.is_multiple_of(7) { Err(n) } else { Ok(n) }
}

#[wf_measure]
async fn wait() {
    common::yield_now().await;
}

#[wf_measure(frame, target_fps = 60)]
fn draw() {}

#[wf_measure(ttft)]
fn replies() -> impl Stream<Item = u64> {
    stream::iter(0..4)
}

#[wf_measure(ttft, model = model)]
fn pushed(model: &str) {
    wf_token!();
    wf_token!(2);
}

/// One of everything that records.
fn record(n: u64) {
    let _ended_either_way = call(n);
    common::block_on(wait());
    draw();
    let mut stream = pin!(replies());
    let mut cx = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(token)) = stream.as_mut().poll_next(&mut cx) {
        black_box(token);
    }
    pushed(["a", "b"][usize::from(n.is_multiple_of(2))]);
    wf_count!("footprint_rounds");
    wf_gauge!("footprint_depth", 1.0);
    SIZES.record(n % 4_096);
}

/// Every octave that the rounds record into has been touched.
fn warm_up() {
    (0..20_000).for_each(record);
    (0..63).for_each(|bit| SIZES.record(1 << bit));
}

#[test]
fn recording_allocates_nothing_after_its_first_samples() {
    let _alone = alone();
    // On the real clock an interruption may touch an octave that none has touched before.
    let _clock = Mock::start();
    warm_up();
    assert_eq!(allocations(|| (0..20_000).for_each(record)), 0);
}

#[test]
fn memory_follows_the_threads_at_once_and_not_all_that_ever_were() {
    const AT_ONCE: usize = 8;
    let _alone = alone();
    let wave = || {
        let all = Barrier::new(AT_ONCE);
        thread::scope(|scope| {
            let record = || {
                all.wait();
                (0..63).for_each(|bit| SIZES.record(1 << bit));
                all.wait();
            };
            let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(record)).collect();
            // Joined by hand: the scope alone does not wait until a thread has given its slot back.
            threads
                .into_iter()
                .for_each(|thread| thread.join().expect("it does not panic"));
        });
    };
    let first = live_after(wave);
    let last = live_after(|| (0..200).for_each(|_| wave()));
    // Less than one more shard with all of its octaves: what the harness keeps is noise below that.
    assert!(last - first < 58 << 10, "{first} → {last} bytes");
}

#[test]
fn a_threads_share_of_a_histogram_of_typical_latencies_has_at_most_8_kib() {
    static LATENCIES: Recorder = Recorder::new();
    let _alone = alone();
    SIZES.record(1);
    let before = HELD.get();
    // 1 to 30 ms.
    (0..30_000).for_each(|i| LATENCIES.record(1_000_000 + i * 1_000));
    let grown = HELD.get() - before;
    assert!(grown > 0 && grown <= 8 << 10, "{grown} bytes");
}

#[test]
fn a_hundred_million_records_grow_nothing() {
    let _alone = alone();
    let _clock = Mock::start();
    warm_up();
    let before = HELD.get();
    // Without optimisation a record takes twenty times as long; the promise is about their number, not their speed.
    let records = if cfg!(debug_assertions) {
        2_000_000
    } else {
        100_000_000
    };
    (0..records).for_each(|n| SIZES.record(black_box(n)));
    assert_eq!(HELD.get(), before);
}

#[test]
fn what_is_held_per_call_has_not_grown_unnoticed() {
    assert_eq!(size_of::<wf_instrument::Generation>(), 8);
    assert_eq!(size_of::<wf_instrument::Nanos>(), 8);
}
