//! The engine's two knobs, as the governor takes them.

use std::ops::RangeInclusive;
use std::sync::{Arc, Weak};

use wf_govern::knob::{Knob, Refusal};

use crate::engine::{Engine, MAX_CONCURRENT, WORKERS};

/// How many sequences are in.
pub(super) fn max_concurrent(engine: &Arc<Engine>) -> Knob {
    let (read, apply) = closures(engine, Engine::max_concurrent, Engine::set_max_concurrent);
    Knob::concurrency(range(&MAX_CONCURRENT), read, apply).named("max_concurrent")
}

/// How many threads compute.
pub(super) fn workers(engine: &Arc<Engine>) -> Knob {
    let (read, apply) = closures(engine, Engine::workers, Engine::set_workers);
    Knob::workers(range(&WORKERS), read, apply)
}

/// Weak, so that a governor does not keep an engine alive that nobody else needs.
fn closures(
    engine: &Arc<Engine>,
    read: fn(&Engine) -> usize,
    set: fn(&Engine, usize),
) -> (
    impl Fn() -> u64 + Send + 'static,
    impl Fn(u64) -> Result<u64, Refusal> + Send + 'static,
) {
    let (shown, moved) = (Arc::downgrade(engine), Arc::downgrade(engine));
    let value = move |engine: &Weak<Engine>| engine.upgrade().map_or(0, |engine| read(&engine));
    let show = move || value(&shown) as u64;
    let apply = move |wanted: u64| {
        let engine = moved.upgrade().ok_or("the engine was stopped")?;
        set(&engine, usize::try_from(wanted)?);
        Ok(read(&engine) as u64)
    };
    (show, apply)
}

const fn range(range: &RangeInclusive<usize>) -> RangeInclusive<u64> {
    *range.start() as u64..=*range.end() as u64
}
