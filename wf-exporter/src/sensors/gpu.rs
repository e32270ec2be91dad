//! GPUs.

use wf_instrument::sensor::Gpus;

use super::told::{Result, Told, share};

/// Of one device, the busiest: the names of series that tell every device by a `gpu` label stay free.
pub(super) fn tell(gpus: &Gpus, told: &mut Told<'_>) -> Result {
    told.gauge(
        "wf_gpu_busiest_utilization_ratio",
        "Busy share of the busiest GPU.",
        &gpus.used,
        share,
    )?;
    told.gauge(
        "wf_gpu_busiest_memory_utilization_ratio",
        "Used share of the memory of the busiest GPU.",
        &gpus.memory,
        share,
    )
}
