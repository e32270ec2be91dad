//! What holds however the threads interleave.
//!
//! Readers are spawned and the writer goes on in the first thread: loom looks for interleavings at
//! the last access to an object, and a writer that loads before it stores hides an earlier reader.

use std::sync::Arc;

use loom::thread;

use crate::histogram::{Shard, Sum};
use crate::outcome::Outcome;
use crate::series::{RequestCounts, RequestStates, SpanSeries, TokenCount};
use crate::thread::{Count, Pool, Sharded, Writer, with_slot};
use crate::units::Nanos;

/// A slot that no pool hands out.
const NO_SLOT: usize = usize::MAX;

/// Every interleaving with at most three preemptions; dropping the shards alone takes a thousand
/// steps.
fn model(run: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.max_branches = 100_000;
    builder.preemption_bound = Some(3);
    builder.check(run);
}

#[test]
fn a_slots_next_owner_adds_to_what_the_last_one_left() {
    model(|| {
        let pool = Arc::new(Pool::new());
        let count = Arc::new(Sharded::<Count>::new());
        let worker = {
            let (pool, count) = (pool.clone(), count.clone());
            thread::spawn(move || add_one(&pool, &count))
        };
        add_one(&pool, &count);
        worker.join().unwrap();
        assert_eq!(count.shards().map(Count::get).sum::<u64>(), 2);
    });
}

fn add_one(pool: &Pool, count: &Sharded<Count>) {
    let slot = pool.claim().expect("two slots, two threads");
    count.with_slot(slot, |count, writer| count.add(1, writer));
    pool.release(slot);
}

#[test]
fn no_two_threads_own_a_slot_at_once() {
    model(|| {
        let pool = Arc::new(Pool::new());
        let other = {
            let pool = pool.clone();
            thread::spawn(move || pool.claim())
        };
        let mine = pool.claim();
        assert_ne!(mine, other.join().unwrap());
    });
}

#[test]
fn threads_without_a_slot_share_a_shard_and_lose_nothing() {
    model(|| {
        let count = Arc::new(Sharded::<Count>::new());
        let other = {
            let count = count.clone();
            thread::spawn(move || count.with_slot(NO_SLOT, |count, writer| count.add(1, writer)))
        };
        count.with_slot(NO_SLOT, |count, writer| count.add(1, writer));
        other.join().unwrap();
        assert_eq!(count.shards().map(Count::get).sum::<u64>(), 2);
    });
}

#[test]
fn an_octave_is_seen_whole_or_not_at_all() {
    model(|| {
        let shard = Arc::new(Shard::default());
        let reader = {
            let shard = shard.clone();
            thread::spawn(move || sample_count(&shard))
        };
        shard.record(5, 1, Writer::Sole);
        assert!(reader.join().unwrap() <= 1);
        assert_eq!(sample_count(&shard), 1);
    });
}

fn sample_count(shard: &Shard) -> u64 {
    let mut sum = Sum::new();
    shard.add_to(&mut sum);
    sum.take().count()
}

#[test]
fn sharers_of_an_octave_lose_nothing() {
    model(|| {
        let shard = Arc::new(Shard::default());
        let other = {
            let shard = shard.clone();
            thread::spawn(move || shard.record(5, 1, Writer::Shared))
        };
        shard.record(5, 1, Writer::Shared);
        other.join().unwrap();
        assert_eq!(sample_count(&shard), 2);
    });
}

#[test]
fn in_flight_is_never_negative_though_calls_end_in_other_shards() {
    model(|| {
        let series = Arc::new(SpanSeries::new());
        // Both shards exist, so that the model is about the counts alone.
        call(&series);
        let reader = {
            let series = series.clone();
            thread::spawn(move || series.in_flight())
        };
        call(&series);
        assert!(reader.join().unwrap() <= 1);
        assert_eq!(series.in_flight(), 0);
    });
}

/// A call that starts in one shard and ends in another, as one that moves between threads does:
/// what hands it over orders the two as one thread's program does.
fn call(series: &SpanSeries) {
    with_slot(0, || series.start());
    with_slot(1, || series.end(Outcome::Ok, Nanos::new(1)));
}

#[test]
fn no_more_have_left_than_came_though_each_step_is_counted_in_another_shard() {
    model(|| {
        let counts = Arc::new(Sharded::<RequestCounts>::new());
        // Both shards exist, so that the model is about the counts alone.
        pass(&counts);
        let reader = {
            let counts = counts.clone();
            thread::spawn(move || states(&counts))
        };
        pass(&counts);
        let read = reader.join().unwrap();
        let left: u64 = read.ended.iter().sum();
        assert!(left <= read.arrived);
        assert_eq!(read.waiting + read.running, read.arrived - left);
        let after = states(&counts);
        assert_eq!((after.arrived, after.waiting, after.running), (2, 0, 0));
    });
}

fn states(counts: &Sharded<RequestCounts>) -> RequestStates {
    RequestStates::of(|| counts.shards())
}

/// A request that moves between threads.
fn pass(counts: &Sharded<RequestCounts>) {
    counts.with_slot(0, |count, writer| count.arrive(writer));
    counts.with_slot(1, |count, writer| count.admit(writer));
    counts.with_slot(0, |count, writer| count.end(Outcome::Ok, true, writer));
}

#[test]
fn threads_that_share_a_request_lose_no_token_and_one_is_the_first() {
    model(|| {
        let count = Arc::new(TokenCount::new());
        let other = {
            let count = count.clone();
            thread::spawn(move || [count_one(&count, 0), count_one(&count, 0)])
        };
        let mine = count_one(&count, 1);
        let [first, second] = other.join().unwrap();
        let firsts = [mine, first, second].into_iter().filter(|first| *first);
        assert_eq!((firsts.count(), count.total(), count.later()), (1, 3, 2));
    });
}

/// Counts one token for the owner of `slot`, and says whether it is the first.
fn count_one(count: &TokenCount, slot: u8) -> bool {
    if count.is_owned_by(slot) {
        count.add_own(1);
    } else if count.begin(1, slot) {
        return true;
    } else {
        count.add_beside(1);
    }
    false
}
