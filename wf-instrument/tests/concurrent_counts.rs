//! Nothing is lost and nothing counted twice, however threads come and go, and whoever reads meanwhile.

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
fn call(way: usize) -> Result<(), ()> {
    assert!(way != 2, "on purpose");
    if way == 0 { Ok(()) } else { Err(()) }
}

#[wf_measure(name = "exact_wait")]
async fn wait(forever: bool) {
    if forever {
        pending::<()>().await;
    }
}

#[wf_measure(ttft, name = "exact_reply")]
fn reply(tokens: u64) {
    (0..tokens).for_each(|_| wf_token!());
}

fn span(metrics: &[SpanMetrics], name: &str) -> SpanMetrics {
    let found = metrics.iter().find(|row| &*row.span == name);
    found.cloned().expect("the site is known")
}

fn generation(metrics: &[GenerationMetrics], name: &str) -> GenerationMetrics {
    let found = metrics.iter().find(|row| &*row.model == name);
    found.cloned().expect("the site is known")
}

#[test]
fn thousands_of_short_threads_lose_nothing_though_they_panic_and_cancel() {
    const WAVES: usize = 400;
    set_hook(Box::new(|_| ()));
    for _ in 0..WAVES {
        thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| {
                    let _ended_either_way = (call(0), call(1), catch_unwind(|| call(2)));
                    block_on(wait(false));
                    let _pending = poll_once(pin!(wait(true)));
                    reply(3);
                    wf_count!("exact_rounds");
                });
            }
        });
    }
    let each = (WAVES * AT_ONCE) as u64;
    let metrics = Snapshot::take().metrics;
    let calls = span(&metrics.spans, "exact_call");
    let ends = [&calls.ok, &calls.error, &calls.panicked, &calls.cancelled];
    assert_eq!(ends.map(|row| row.count()), [each, each, each, 0]);
    let waits = span(&metrics.spans, "exact_wait");
    assert_eq!((waits.ok.count(), waits.cancelled.count()), (each, each));
    assert_eq!((calls.in_flight, waits.in_flight), (0, 0));
    let replies = generation(&metrics.generations, "exact_reply");
    assert_eq!((replies.arrived, replies.outcomes.ok), (each, each));
    assert_eq!((replies.tokens, replies.running), (3 * each, 0));
    assert_eq!(replies.inter_token_latency().count(), 2 * each);
    let rounds = metrics
        .counters
        .iter()
        .find(|row| &*row.name == "exact_rounds");
    assert_eq!(rounds.map(|row| row.value), Some(each));
}

#[wf_measure(name = "raced_call")]
fn raced() {}

#[wf_measure(ttft, name = "raced_reply")]
fn raced_reply() {
    wf_token!(2);
    wf_token!();
}

#[test]
fn a_snapshot_beside_writers_never_contradicts_itself_or_the_one_before() {
    const WRITERS: usize = 4;
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    raced();
                    raced_reply();
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
            // Not exact while calls come and go, but never wrapped around.
            assert!(call.in_flight < 1 << 32, "{}", call.in_flight);

            let reply = generation(&now.generations, "raced_reply");
            let last = generation(&before.generations, "raced_reply");
            assert!(reply.running + reply.waiting < 1 << 32);
            assert!(reply.tokens >= last.tokens && reply.arrived >= last.arrived);
            assert!(reply.outcomes.ok <= reply.arrived);
            let fresh = reply
                .inter_token_latency()
                .minus(last.inter_token_latency());
            assert_eq!(
                fresh.plus(last.inter_token_latency()),
                *reply.inter_token_latency()
            );
            before = now;
        }
        done.store(true, Ordering::Relaxed);
    });
    let metrics = Snapshot::take().metrics;
    assert_eq!(span(&metrics.spans, "raced_call").in_flight, 0);
    let reply = generation(&metrics.generations, "raced_reply");
    assert_eq!((reply.running, reply.tokens), (0, 3 * reply.arrived));
}
