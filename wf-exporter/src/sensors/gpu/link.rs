//! A device's link to the rest of the machine.

use wf_sense::gpu::Gpu;

use super::device::Device;
use crate::sensors::told::{bytes, count};

pub(super) fn tell(gpu: &Gpu, device: &mut Device<'_, '_>) {
    device.counter(
        "wf_gpu_pcie_received_bytes",
        "Bytes received over PCIe.",
        &gpu.pcie_received,
        bytes,
    );
    device.counter(
        "wf_gpu_pcie_transmitted_bytes",
        "Bytes sent over PCIe.",
        &gpu.pcie_transmitted,
        bytes,
    );
    device.gauge(
        "wf_gpu_pcie_received_bytes_per_second",
        "Bytes received over PCIe in a second, where there is no total.",
        &gpu.pcie_received_rate,
        |rate| rate.get(),
    );
    device.gauge(
        "wf_gpu_pcie_transmitted_bytes_per_second",
        "Bytes sent over PCIe in a second, where there is no total.",
        &gpu.pcie_transmitted_rate,
        |rate| rate.get(),
    );
    device.counter(
        "wf_gpu_pcie_replays",
        "PCIe packets that had to be sent again.",
        &gpu.pcie_replays,
        count,
    )
}
