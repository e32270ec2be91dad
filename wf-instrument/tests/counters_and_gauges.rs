//! `wf_count!`, `wf_gauge!` and `wf_token!` outside a generation.

mod common;

use common::rows::{counter, gauge};
use wf_instrument::snapshot::Snapshot;
use wf_instrument::{wf_count, wf_gauge, wf_token};

#[test]
fn a_counter_is_in_the_snapshot_before_its_first_event() {
    fn never_called() {
        wf_count!("never_counted");
    }

    assert_eq!(counter("never_counted").value, 0);
    let _: fn() = never_called;
}

#[test]
fn all_uses_of_one_name_add_to_one_counter() {
    wf_count!("cache_hits");
    for n in 0..4u64 {
        wf_count!("cache_hits", n);
    }
    wf_count!("cache_hits", "abc".len());
    wf_count!("cache_hits", 1 > 2);
    assert_eq!(counter("cache_hits").value, 1 + 6 + 3);
}

#[test]
fn counts_of_concurrent_threads_are_not_lost() {
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..1000).for_each(|_| wf_count!("from_threads")));
        }
    });
    assert_eq!(counter("from_threads").value, 4000);
}

#[test]
fn a_gauge_has_the_value_set_last_at_any_of_its_uses() {
    wf_gauge!("queue_depth", 3.0);
    assert_eq!(gauge("queue_depth").value, 3.0);
    wf_gauge!("queue_depth", f64::from(1u8) / 2.0);
    assert_eq!(gauge("queue_depth").value, 0.5);
}

#[test]
fn tokens_outside_a_generation_are_counted_as_orphans() {
    wf_token!();
    wf_token!(2);
    wf_count!(tokens, 3usize);
    assert_eq!(Snapshot::take().metrics.orphan_tokens, 6);
}
