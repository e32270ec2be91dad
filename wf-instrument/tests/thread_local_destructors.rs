//! Recording from the destructor of a thread-local, before and after the thread has freed its slot.

use std::cell::RefCell;
use std::thread;

use wf_instrument::histogram::Recorder;
use wf_instrument::snapshot::Snapshot;
use wf_instrument::{Counter, wf_measure, wf_token};

static AT_END: Counter = Counter::new();
static SIZES: Recorder = Recorder::new();

struct RecordsOnDrop;

impl Drop for RecordsOnDrop {
    fn drop(&mut self) {
        AT_END.add(1);
        SIZES.record(7);
        generate();
    }
}

#[wf_measure(ttft, name = "generation in destructor")]
fn generate() {
    wf_token!();
}

thread_local! {
    static FIRST: RefCell<Option<RecordsOnDrop>> = const { RefCell::new(None) };
    static LAST: RefCell<Option<RecordsOnDrop>> = const { RefCell::new(None) };
}

#[test]
fn events_recorded_while_a_thread_ends_are_not_lost() {
    const THREADS: u64 = 64;
    for _ in 0..THREADS {
        let thread = thread::spawn(|| {
            // The drop order of thread-locals depends on the platform: one is made before the slot
            // of the thread, and one after.
            FIRST.with_borrow_mut(|value| *value = Some(RecordsOnDrop));
            AT_END.add(1);
            LAST.with_borrow_mut(|value| *value = Some(RecordsOnDrop));
        });
        thread.join().expect("it does not panic");
    }
    assert_eq!(AT_END.total(), 3 * THREADS);
    assert_eq!(SIZES.snapshot().count(), 2 * THREADS);
    let metrics = Snapshot::take().metrics;
    let generations = metrics
        .generations
        .iter()
        .find(|row| &*row.model == "generation in destructor")
        .expect("the site is listed");
    assert_eq!(
        (generations.arrived, generations.tokens, generations.running),
        (2 * THREADS, 2 * THREADS, 0)
    );
}
