//! Every event is counted once while threads start and end and snapshots are taken.

mod common;

use std::future::pending;
use std::panic::{catch_unwind, set_hook};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use common::{block_on, poll_once};
use wf_instrument::snapshot::{GenerationMetrics, Snapshot, SpanMetrics};
use wf_instrument::{wf_count, wf_measure, wf_token};

const AT_ONCE: usize = 8;

#[wf_measure(name = "exact_call")]
fn call(kind: usize) -> Result<(), ()> {
    assert!(kind != 2, "on purpose");
    if kind == 0 { Ok(()) } else { Err(()) }
}

#[wf_measure(name = "exact_wait")]
async fn wait(forever: bool) {
    if forever {
        pending::<()>().await;
    }
}

#[wf_measure(ttft, name = "exact_generation")]
fn generate(tokens: u64) {
    (0..tokens).for_each(|_| wf_token!());
}

fn span(metrics: &[SpanMetrics], name: &str) -> SpanMetrics {
    let found = metrics.iter().find(|row| &*row.span == name);
    found.cloned().expect("the site is listed")
}

fn generation(metrics: &[GenerationMetrics], name: &str) -> GenerationMetrics {
    let found = metrics.iter().find(|row| &*row.model == name);
    found.cloned().expect("the site is listed")
}

#[test]
fn short_threads_that_panic_and_cancel_lose_no_event() {
    const WAVES: usize = 400;
    set_hook(Box::new(|_| ()));
    for _ in 0..WAVES {
        thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| {
                    let _outcomes = (call(0), call(1), catch_unwind(|| call(2)));
                    block_on(wait(false));
                    let _pending = poll_once(pin!(wait(true)));
                    generate(3);
                    wf_count!("exact_rounds");
                });
            }
        });
    }
    let each = (WAVES * AT_ONCE) as u64;
    let metrics = Snapshot::take().metrics;
    let calls = span(&metrics.spans, "exact_call");
    let by_outcome = [&calls.ok, &calls.error, &calls.panicked, &calls.cancelled];
    assert_eq!(
        by_outcome.map(|samples| samples.count()),
        [each, each, each, 0]
    );
    let waits = span(&metrics.spans, "exact_wait");
    assert_eq!((waits.ok.count(), waits.cancelled.count()), (each, each));
    assert_eq!((calls.in_flight, waits.in_flight), (0, 0));
    let requests = generation(&metrics.generations, "exact_generation");
    assert_eq!((requests.arrived, requests.outcomes.ok), (each, each));
    assert_eq!((requests.tokens, requests.running), (3 * each, 0));
    assert_eq!(requests.inter_token_latency().count(), 2 * each);
    let rounds = metrics
        .counters
        .iter()
        .find(|row| &*row.name == "exact_rounds");
    assert_eq!(rounds.map(|row| row.value), Some(each));
}

#[wf_measure(name = "raced_call")]
fn raced() {}

#[wf_measure(ttft, name = "raced_generation")]
fn raced_generate() {
    wf_token!(2);
    wf_token!();
}

#[test]
fn concurrent_snapshots_are_consistent_and_never_decrease() {
    const WRITERS: usize = 4;
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    raced();
                    raced_generate();
                }
            });
        }
        let mut before = Snapshot::take().metrics;
        for _ in 0..300 {
            let now = Snapshot::take().metrics;
            let (call, last) = (
                span(&now.spans, "raced_call"),
                span(&before.spans, "raced_call"),
            );
            assert!(call.ok.count() >= last.ok.count());
            // Not exact while calls begin and end, but it never wraps around.
            assert!(call.in_flight < 1 << 32, "{}", call.in_flight);

            let row = generation(&now.generations, "raced_generation");
            let last = generation(&before.generations, "raced_generation");
            assert!(row.running + row.waiting < 1 << 32);
            assert!(row.tokens >= last.tokens && row.arrived >= last.arrived);
            assert!(row.outcomes.ok <= row.arrived);
            let fresh = row.inter_token_latency().minus(last.inter_token_latency());
            assert_eq!(
                fresh.plus(last.inter_token_latency()),
                *row.inter_token_latency()
            );
            before = now;
        }
        done.store(true, Ordering::Relaxed);
    });
    let metrics = Snapshot::take().metrics;
    assert_eq!(span(&metrics.spans, "raced_call").in_flight, 0);
    let row = generation(&metrics.generations, "raced_generation");
    assert_eq!((row.running, row.tokens), (0, 3 * row.arrived));
}
