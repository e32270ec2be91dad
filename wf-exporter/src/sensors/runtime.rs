//! The async runtime.

use wf_sense::Runtime;

use super::told::{Told, count, seconds, share};

pub(super) fn tell(runtime: &Runtime, told: &mut Told<'_>) {
    let workers = &runtime.workers;
    told.gauge(
        "wf_runtime_workers",
        "Threads of the async runtime that poll tasks.",
        workers,
        |workers| count(&workers.workers),
    );
    told.gauge(
        "wf_runtime_tasks",
        "Tasks of the async runtime that have not ended.",
        workers,
        |workers| count(&workers.tasks),
    );
    told.gauge(
        "wf_runtime_queued_tasks",
        "Tasks that wait in the queue which all workers share.",
        workers,
        |workers| count(&workers.queued),
    );
    told.counter(
        "wf_runtime_busy_seconds",
        "Time that the workers were busy, in sum.",
        workers,
        |workers| seconds(&workers.busy),
    );
    told.counter(
        "wf_runtime_parks",
        "How often a worker had nothing to do and went to sleep.",
        workers,
        |workers| count(&workers.parks),
    );
    told.gauge(
        "wf_runtime_busy_ratio",
        "Share of the workers' time in which they were busy, blocked by a task included.",
        &runtime.busy,
        share,
    )
}
