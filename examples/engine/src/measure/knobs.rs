//! The engine's two knobs.

use std::ops::RangeInclusive;
use std::sync::{Arc, Weak};

use wf_govern::knob::{Knob, Refusal};

use crate::engine::{Engine, MAX_CONCURRENT, WORKERS};

/// Knob of the limit of concurrent sequences.
pub(super) fn max_concurrent(engine: &Arc<Engine>) -> Knob {
    let (read, apply) = closures(engine, Engine::max_concurrent, Engine::set_max_concurrent);
    Knob::concurrency(range(&MAX_CONCURRENT), read, apply).named("max_concurrent")
}

/// Knob of the number of worker threads.
pub(super) fn workers(engine: &Arc<Engine>) -> Knob {
    let (read, apply) = closures(engine, Engine::workers, Engine::set_workers);
    Knob::workers(range(&WORKERS), read, apply)
}

/// Weak references: a governor does not keep an engine alive.
fn closures(
    engine: &Arc<Engine>,
    read: fn(&Engine) -> usize,
    set: fn(&Engine, usize),
) -> (
    impl Fn() -> u64 + Send + 'static,
    impl Fn(u64) -> Result<u64, Refusal> + Send + 'static,
) {
    let (read_from, set_on) = (Arc::downgrade(engine), Arc::downgrade(engine));
    let value = move |engine: &Weak<Engine>| engine.upgrade().map_or(0, |engine| read(&engine));
    let read_value = move || value(&read_from) as u64;
    let apply = move |target: u64| {
        let engine = set_on.upgrade().ok_or("the engine was dropped")?;
        set(&engine, usize::try_from(target)?);
        Ok(read(&engine) as u64)
    };
    (read_value, apply)
}

const fn range(range: &RangeInclusive<usize>) -> RangeInclusive<u64> {
    *range.start() as u64..=*range.end() as u64
}
