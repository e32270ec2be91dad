//! Memory that recording uses: no allocation after the first samples of a thread, and shards for
//! the highest number of concurrent threads.

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

struct CountingAllocator;

/// Bytes allocated by the whole process.
static LIVE: AtomicIsize = AtomicIsize::new(0);

thread_local! {
    /// Of this thread alone: the test harness allocates on its own threads at any time.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static HELD: Cell<isize> = const { Cell::new(0) };
}

fn count_bytes(bytes: isize) {
    LIVE.fetch_add(bytes, Ordering::Relaxed);
    HELD.set(HELD.get() + bytes);
}

// SAFETY: `System` allocates; this type only counts.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        count_bytes(layout.size().cast_signed());
        // SAFETY: the caller meets the requirements of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count_bytes(-layout.size().cast_signed());
        // SAFETY: the caller meets the requirements of `dealloc`.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Runs the tests one at a time: the next thread reuses the slot of the last, with its shards.
fn serialize_tests() -> impl Drop {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn allocations(work: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

fn live_bytes_after(work: impl FnOnce()) -> isize {
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
fn streamed() -> impl Stream<Item = u64> {
    stream::iter(0..4)
}

#[wf_measure(ttft, model = model)]
fn counted(model: &str) {
    wf_token!();
    wf_token!(2);
}

/// Records one event of each kind.
fn record_each(n: u64) {
    let _outcome = call(n);
    common::block_on(wait());
    draw();
    let mut stream = pin!(streamed());
    let mut cx = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(token)) = stream.as_mut().poll_next(&mut cx) {
        black_box(token);
    }
    counted(["a", "b"][usize::from(n.is_multiple_of(2))]);
    wf_count!("footprint_rounds");
    wf_gauge!("footprint_depth", 1.0);
    SIZES.record(n % 4_096);
}

/// Allocates every octave that later samples may need.
fn warm_up() {
    (0..20_000).for_each(record_each);
    (0..63).for_each(|bit| SIZES.record(1 << bit));
}

#[test]
fn recording_allocates_nothing_after_its_first_samples() {
    let _one_at_a_time = serialize_tests();
    // On the real clock an interruption may make a sample of a new octave, which is allocated.
    let _clock = Mock::start();
    warm_up();
    assert_eq!(allocations(|| (0..20_000).for_each(record_each)), 0);
}

#[test]
fn memory_follows_concurrent_threads_and_not_all_threads_ever_started() {
    const AT_ONCE: usize = 8;
    let _one_at_a_time = serialize_tests();
    let wave = || {
        let all = Barrier::new(AT_ONCE);
        thread::scope(|scope| {
            let record = || {
                all.wait();
                (0..63).for_each(|bit| SIZES.record(1 << bit));
                all.wait();
            };
            let threads: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(record)).collect();
            // Joined by hand: the end of the scope does not wait until a thread has freed its slot.
            threads
                .into_iter()
                .for_each(|thread| thread.join().expect("it does not panic"));
        });
    };
    let first = live_bytes_after(wave);
    let last = live_bytes_after(|| (0..200).for_each(|_| wave()));
    // Less than one more shard with all of its octaves; the test harness allocates less.
    assert!(last - first < 58 << 10, "{first} → {last} bytes");
}

#[test]
fn a_shard_of_a_histogram_of_typical_latencies_has_at_most_8_kib() {
    static LATENCIES: Recorder = Recorder::new();
    let _one_at_a_time = serialize_tests();
    SIZES.record(1);
    let before = HELD.get();
    // 1 to 30 ms.
    (0..30_000).for_each(|i| LATENCIES.record(1_000_000 + i * 1_000));
    let grown = HELD.get() - before;
    assert!(grown > 0 && grown <= 8 << 10, "{grown} bytes");
}

#[test]
fn a_hundred_million_samples_allocate_nothing() {
    let _one_at_a_time = serialize_tests();
    let _clock = Mock::start();
    warm_up();
    let before = HELD.get();
    // Fewer without optimisation, where a sample takes twenty times as long.
    let samples = if cfg!(debug_assertions) {
        2_000_000
    } else {
        100_000_000
    };
    (0..samples).for_each(|n| SIZES.record(black_box(n)));
    assert_eq!(HELD.get(), before);
}

#[test]
fn handles_have_their_documented_size() {
    assert_eq!(size_of::<wf_instrument::Generation>(), 8);
    assert_eq!(size_of::<wf_instrument::Nanos>(), 8);
}
