//! The two knobs of the engine that the governor moves.

use std::ops::RangeInclusive;
use std::sync::Arc;

use wf_govern::knob::{Knob, Role};

use crate::engine::{Engine, MAX_CONCURRENT, WORKERS};

/// Returns the knob of the number of sequences that run at the same time.
pub(super) fn max_concurrent(engine: &Engine) -> Knob {
    let knob = engine.gate().knob(range(&MAX_CONCURRENT));
    knob.named("max_concurrent")
}

/// Returns the knob of the number of threads that run the model.
pub(super) fn workers(engine: &Arc<Engine>) -> Knob {
    let workers = |engine: &Engine| engine.workers() as u64;
    Knob::weak("workers", range(&WORKERS), engine, workers, |engine, to| {
        engine.set_workers(usize::try_from(to)?);
        Ok(engine.workers() as u64)
    })
    .for_role(Role::WORKERS)
}

const fn range(range: &RangeInclusive<usize>) -> RangeInclusive<u64> {
    *range.start() as u64..=*range.end() as u64
}
