//! What a device draws, how warm it is, and what that costs its clocks.

use wf_sense::gpu::{Gpu, ThrottleReason, ThrottleReasons};

use super::device::Device;
use crate::family::Family;
use crate::sensors::told::{count, seconds};

pub(super) fn tell(gpu: &Gpu, device: &mut Device<'_, '_>) {
    power(gpu, device);
    clocks(gpu, device);
    throttling(gpu, device)
}

fn power(gpu: &Gpu, device: &mut Device<'_, '_>) {
    device.gauge(
        "wf_gpu_power_watts",
        "What it draws.",
        &gpu.power,
        |power| power.get(),
    );
    device.gauge(
        "wf_gpu_power_limit_watts",
        "What it may draw.",
        &gpu.power_limit,
        |power| power.get(),
    );
    device.counter(
        "wf_gpu_energy_joules",
        "What it has drawn since the driver was loaded.",
        &gpu.energy,
        |energy| energy.get(),
    );
    device.gauge(
        "wf_gpu_temperature_celsius",
        "Temperature of the GPU.",
        &gpu.temperature,
        |temperature| temperature.get(),
    );
    device.gauge(
        "wf_gpu_memory_temperature_celsius",
        "Temperature of the device memory.",
        &gpu.memory_temperature,
        |temperature| temperature.get(),
    )
}

fn clocks(gpu: &Gpu, device: &mut Device<'_, '_>) {
    device.gauge(
        "wf_gpu_sm_clock_hertz",
        "Clock of the multiprocessors.",
        &gpu.sm_clock,
        |clock| count(&clock.get()),
    );
    device.gauge(
        "wf_gpu_memory_clock_hertz",
        "Clock of the device memory.",
        &gpu.memory_clock,
        |clock| count(&clock.get()),
    )
}

fn throttling(gpu: &Gpu, device: &mut Device<'_, '_>) {
    for reason in ThrottleReason::ALL {
        let family = Family::gauge(
            "wf_gpu_throttled",
            "1 while the clocks are held down by this reason.",
        );
        let labels = [("reason", reason.as_str())];
        let holds = |reasons: &ThrottleReasons| f64::from(u8::from(reasons.holds(reason)));
        device.family(family, &gpu.throttle_reasons, holds, &labels);
    }
    for (reason, time) in gpu.throttle_times.iter() {
        let family = Family::counter(
            "wf_gpu_throttle_seconds",
            "Time for which the clocks were held down, by what held them; reasons overlap.",
        );
        device.family(family, time, seconds, &[("reason", reason.as_str())]);
    }
}
