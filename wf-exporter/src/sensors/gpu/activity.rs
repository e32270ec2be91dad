//! How busy a device and its parts are.

use wf_sense::gpu::Gpu;

use super::device::Device;
use crate::sensors::told::share;

pub(super) fn tell(gpu: &Gpu, device: &mut Device<'_, '_>) {
    activity(gpu, device);
    inside(gpu, device)
}

fn activity(gpu: &Gpu, device: &mut Device<'_, '_>) {
    for (name, help, reading) in [
        (
            "wf_gpu_utilization_ratio",
            "Share of time in which some kernel ran.",
            &gpu.utilization,
        ),
        (
            "wf_gpu_memory_copy_utilization_ratio",
            "Share of time in which device memory was read or written.",
            &gpu.memory_activity,
        ),
        (
            "wf_gpu_encoder_utilization_ratio",
            "Busy share of the video encoders.",
            &gpu.encoder,
        ),
        (
            "wf_gpu_decoder_utilization_ratio",
            "Busy share of the video decoders.",
            &gpu.decoder,
        ),
        (
            "wf_gpu_jpeg_utilization_ratio",
            "Busy share of the JPEG decoders.",
            &gpu.jpeg,
        ),
        (
            "wf_gpu_ofa_utilization_ratio",
            "Busy share of the optical flow accelerator.",
            &gpu.ofa,
        ),
    ] {
        device.gauge(name, help, reading, share);
    }
}

/// What only Hopper and later tell.
fn inside(gpu: &Gpu, device: &mut Device<'_, '_>) {
    for (name, help, reading) in [
        (
            "wf_gpu_sm_active_ratio",
            "Share of time in which a multiprocessor had work, averaged over all.",
            &gpu.sm_active,
        ),
        (
            "wf_gpu_sm_occupancy_ratio",
            "Warps in flight, of those that fit.",
            &gpu.sm_occupancy,
        ),
        (
            "wf_gpu_tensor_active_ratio",
            "Share of time in which tensor cores worked.",
            &gpu.tensor_active,
        ),
        (
            "wf_gpu_dram_active_ratio",
            "Used share of the device memory's bandwidth.",
            &gpu.dram_active,
        ),
    ] {
        device.gauge(name, help, reading, share);
    }
}
