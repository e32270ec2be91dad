//! A device's memory.

use wf_sense::gpu::{Gpu, Memory};

use super::device::Device;
use crate::family::Family;
use crate::sensors::told::{bytes, count};

pub(super) fn tell(gpu: &Gpu, device: &mut Device<'_, '_>) {
    memory(gpu, device);
    errors(gpu, device)
}

fn memory(gpu: &Gpu, device: &mut Device<'_, '_>) {
    type Part = (&'static str, &'static str, fn(&Memory) -> f64);
    let parts: [Part; 4] = [
        ("wf_gpu_memory_total_bytes", "Device memory.", |memory| {
            bytes(&memory.total)
        }),
        (
            "wf_gpu_memory_used_bytes",
            "Device memory that processes hold.",
            |memory| bytes(&memory.used),
        ),
        (
            "wf_gpu_memory_free_bytes",
            "Device memory that may still be allocated.",
            |memory| bytes(&memory.free),
        ),
        (
            "wf_gpu_memory_reserved_bytes",
            "Device memory that driver and firmware keep.",
            |memory| bytes(&memory.reserved),
        ),
    ];
    for (name, help, part) in parts {
        device.gauge(name, help, &gpu.memory, part);
    }
    device.gauge(
        "wf_gpu_process_memory_used_bytes",
        "Device memory that this process holds.",
        &gpu.own_memory,
        bytes,
    );
    device.gauge(
        "wf_gpu_processes",
        "Processes that use the GPU.",
        &gpu.processes,
        |processes| count(&(processes.len() as u64)),
    );
    device.gauge(
        "wf_gpu_bar1_memory_used_bytes",
        "Device memory that is mapped for the processor and other devices.",
        &gpu.bar1_used,
        bytes,
    );
    device.gauge(
        "wf_gpu_protected_memory_used_bytes",
        "Used memory that confidential computing protects.",
        &gpu.protected_used,
        bytes,
    )
}

fn errors(gpu: &Gpu, device: &mut Device<'_, '_>) {
    for (kind, errors) in [
        ("corrected", &gpu.ecc_corrected),
        ("uncorrected", &gpu.ecc_uncorrected),
    ] {
        let family = Family::counter(
            "wf_gpu_ecc_errors",
            "Errors of the device memory since the driver was loaded.",
        );
        device.family(family, errors, count, &[("kind", kind)]);
    }
}
