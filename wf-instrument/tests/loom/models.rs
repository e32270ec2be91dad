//! Claims that hold for every interleaving of the threads.
//!
//! Readers are spawned, and the first thread writes: loom looks for interleavings at the last
//! access to an object, and a writer that loads before it stores hides an earlier reader.

use std::sync::Arc;

use loom::thread;

use crate::histogram::{Shard, sum_of};
use crate::outcome::Outcome;
use crate::series::{RequestCounts, RequestStates, SpanSeries, TokenCount};
use crate::thread::{Count, Pool, Sharded, Writer, with_slot};
use crate::units::Nanos;

/// A slot that no pool assigns.
const NO_SLOT: usize = usize::MAX;

/// Checks every interleaving with at most three preemptions. Dropping the shards alone takes a
/// thousand steps.
fn model(run: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.max_branches = 100_000;
    builder.preemption_bound = Some(3);
    builder.check(run);
}

#[test]
fn the_next_owner_of_a_slot_adds_to_the_counts_of_the_last() {
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
fn the_next_owner_of_a_slot_records_in_the_octave_of_the_last() {
    model(|| {
        let pool = Arc::new(Pool::new());
        let histogram = Arc::new(Sharded::<Shard>::new());
        let worker = {
            let (pool, histogram) = (pool.clone(), histogram.clone());
            thread::spawn(move || record_one(&pool, &histogram))
        };
        record_one(&pool, &histogram);
        worker.join().unwrap();
        assert_eq!(histogram.shards().map(sample_count).sum::<u64>(), 2);
    });
}

fn record_one(pool: &Pool, histogram: &Sharded<Shard>) {
    let slot = pool.claim().expect("two slots, two threads");
    histogram.with_slot(slot, |shard, writer| shard.record_similar(200, 1, writer));
    pool.release(slot);
}

#[test]
fn a_slot_has_one_owner_at_a_time() {
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
fn threads_without_a_slot_share_a_shard_and_lose_no_count() {
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
fn a_reader_gets_a_new_octave_whole_or_not_at_all() {
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
    sum_of([shard].into_iter()).count()
}

#[test]
fn a_thread_reads_what_it_recorded_in_an_octave_that_another_is_making() {
    model(|| {
        let shard = Arc::new(Shard::default());
        let other = {
            let shard = shard.clone();
            thread::spawn(move || shard.record(5, 1, Writer::Shared))
        };
        shard.record(5, 1, Writer::Shared);
        assert!(sample_count(&shard) >= 1);
        other.join().unwrap();
    });
}

#[test]
fn threads_that_share_an_octave_lose_no_sample() {
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
fn in_flight_is_never_negative_when_calls_end_in_other_shards() {
    model(|| {
        let series = Arc::new(SpanSeries::new());
        // Allocates both shards, so that the model checks the counts alone.
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

/// Starts a call in one shard and ends it in another, as a call that moves between threads. The
/// move orders start and end, as program order does here.
fn call(series: &SpanSeries) {
    with_slot(0, || series.start());
    with_slot(1, || series.end(Outcome::Ok, Nanos::new(1)));
}

#[test]
fn ended_requests_never_exceed_arrived_ones_counted_in_other_shards() {
    model(|| {
        let counts = Arc::new(Sharded::<RequestCounts>::new());
        // Allocates both shards, so that the model checks the counts alone.
        pass(&counts);
        let reader = {
            let counts = counts.clone();
            thread::spawn(move || states(&counts))
        };
        pass(&counts);
        let read = reader.join().unwrap();
        let ended: u64 = read.ended.iter().sum();
        assert!(ended <= read.arrived);
        assert_eq!(read.waiting + read.running, read.arrived - ended);
        let after = states(&counts);
        assert_eq!((after.arrived, after.waiting, after.running), (2, 0, 0));
    });
}

fn states(counts: &Sharded<RequestCounts>) -> RequestStates {
    RequestStates::of(|| counts.shards())
}

/// Counts a request that moves between threads.
fn pass(counts: &Sharded<RequestCounts>) {
    counts.with_slot(0, |count, writer| count.arrive(writer));
    counts.with_slot(1, |count, writer| count.admit(writer));
    counts.with_slot(0, |count, writer| count.end(Outcome::Ok, true, writer));
}

#[test]
fn threads_that_share_a_request_lose_no_token_and_count_one_first_token() {
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

/// Counts one token for the owner of `slot`, and returns whether it is the first.
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
