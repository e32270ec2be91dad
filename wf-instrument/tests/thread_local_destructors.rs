//! Recording from the destructor of another thread-local: before and after the thread has given its place back.

use std::cell::RefCell;
use std::thread;

use wf_instrument::histogram::Recorder;
use wf_instrument::snapshot::Snapshot;
use wf_instrument::{Counter, wf_measure, wf_token};

static AT_END: Counter = Counter::new();
static SIZES: Recorder = Recorder::new();

struct RecordsWhenDropped;

impl Drop for RecordsWhenDropped {
    fn drop(&mut self) {
        AT_END.add(1);
        SIZES.record(7);
        farewell();
    }
}

#[wf_measure(ttft, name = "farewell")]
fn farewell() {
    wf_token!();
}

thread_local! {
    static FIRST: RefCell<Option<RecordsWhenDropped>> = const { RefCell::new(None) };
    static LAST: RefCell<Option<RecordsWhenDropped>> = const { RefCell::new(None) };
}

#[test]
fn what_a_dying_thread_records_is_not_lost() {
    const THREADS: u64 = 64;
    for _ in 0..THREADS {
        let thread = thread::spawn(|| {
            // Thread-locals are dropped in an order of the platform's choosing: one is made before ours is, and one after.
            FIRST.with_borrow_mut(|place| *place = Some(RecordsWhenDropped));
            AT_END.add(1);
            LAST.with_borrow_mut(|place| *place = Some(RecordsWhenDropped));
        });
        thread.join().expect("it does not panic");
    }
    assert_eq!(AT_END.total(), 3 * THREADS);
    assert_eq!(SIZES.snapshot().count(), 2 * THREADS);
    let metrics = Snapshot::take().metrics;
    let farewells = metrics
        .generations
        .iter()
        .find(|row| &*row.model == "farewell")
        .expect("the site is known");
    assert_eq!(
        (farewells.arrived, farewells.tokens, farewells.running),
        (2 * THREADS, 2 * THREADS, 0)
    );
}
