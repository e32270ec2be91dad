//! GPUs: each device by itself, and the busiest as one series.

mod activity;
mod device;
mod labels;
mod link;
mod memory;
mod power;

use wf_sense::Gpus;
use wf_sense::gpu::Info;

use self::device::Device;
pub(super) use self::labels::Labels;
use super::told::{Told, share};
use crate::family::Family;

pub(super) fn tell(gpus: &Gpus, told: &mut Told<'_>) {
    busiest(gpus, told);
    let devices = gpus
        .devices
        .value()
        .into_iter()
        .flat_map(|gpus| gpus.iter());
    for (place, gpu) in devices.enumerate() {
        let device = &mut Device::new(Labels::of(&gpu.info, place), told);
        info(&gpu.info, device);
        activity::tell(gpu, device);
        memory::tell(gpu, device);
        power::tell(gpu, device);
        link::tell(gpu, device);
    }
}

fn busiest(gpus: &Gpus, told: &mut Told<'_>) {
    told.gauge(
        "wf_gpu_busiest_utilization_ratio",
        "Busy share of the busiest GPU.",
        &gpus.used,
        share,
    );
    told.gauge(
        "wf_gpu_busiest_memory_utilization_ratio",
        "Used share of the memory of the busiest GPU.",
        &gpus.memory,
        share,
    )
}

fn info(info: &Info, device: &mut Device<'_, '_>) {
    let family = Family::gauge("wf_gpu_info", "Always 1; the labels say which GPU it is.");
    let more = [
        ("gpu_name", &*info.name),
        ("pci_bus_id", &*info.pci_bus_id),
        ("driver_version", &*info.driver_version),
    ];
    device.fact(family, &more)
}
