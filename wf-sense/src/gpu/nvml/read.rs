//! Readings of one device, each by its call of the driver.

use nvml_wrapper::Device;
use nvml_wrapper::bitmasks::device::ThrottleReasons as Bits;
use nvml_wrapper::enum_wrappers::device::{
    Clock, EccCounter, MemoryError, PcieUtilCounter, TemperatureSensor,
};
use nvml_wrapper::enums::device::UsedGpuMemory;
use nvml_wrapper::struct_wrappers::device::{MemoryInfo, ProcessInfo};

use super::fields::{Field, Fields};
use super::query::{INVALID_NUMBER, Query, valid_u32, valid_u64};
use super::raw;
use crate::gpu::device::{Gpu, GpuProcess, Memory};
use crate::gpu::throttle::{ThrottleReason, ThrottleReasons};
use crate::reading::{ReadResult, Reading, Reason};
use wf_instrument::{Bytes, Celsius, Hertz, Joules, Nanos, PerSecond, Ratio, Watts};

pub(super) fn activity(query: &Query<'_, '_>, gpu: &mut Gpu) {
    let both = query.ask(Device::utilization_rates, Ok);
    gpu.utilization = both.clone().and_then(|rates| share(rates.gpu));
    gpu.memory_copy_utilization = both.and_then(|rates| share(rates.memory));
    gpu.encoder_utilization =
        query.ask(Device::encoder_utilization, |busy| share(busy.utilization));
    gpu.decoder_utilization =
        query.ask(Device::decoder_utilization, |busy| share(busy.utilization));
    gpu.jpeg_utilization = query.ask(raw::jpeg, share);
    gpu.ofa_utilization = query.ask(raw::ofa, share);
}

pub(super) fn memory(query: &Query<'_, '_>, gpu: &mut Gpu) {
    gpu.memory = query.ask(Device::memory_info, |info| Ok(parts(&info)));
    gpu.bar1_memory_used = query.ask(Device::bar1_memory_info, |info| bytes(info.used));
    gpu.protected_memory_used = query.ask(raw::protected_used, bytes);
    gpu.ecc_corrected = errors(query, MemoryError::Corrected);
    gpu.ecc_uncorrected = errors(query, MemoryError::Uncorrected);
}

pub(super) fn power(query: &Query<'_, '_>, fields: &Fields, gpu: &mut Gpu) {
    gpu.power = query.ask(Device::power_usage, watts);
    gpu.power_limit = query.ask(Device::enforced_power_limit, watts);
    gpu.energy = query.ask(Device::total_energy_consumption, |energy| {
        valid_u64(energy).map(Joules::from_millijoules)
    });
    let sensor = TemperatureSensor::Gpu;
    gpu.temperature = query.ask(
        |device| device.temperature(sensor),
        |degrees| Celsius::new(valid_u32(degrees)?.into()).ok_or(INVALID_NUMBER.into()),
    );
    gpu.memory_temperature = fields.celsius(Field::MemoryTemperature);
}

pub(super) fn clocks(query: &Query<'_, '_>, gpu: &mut Gpu) {
    gpu.sm_clock = clock(query, Clock::SM);
    gpu.memory_clock = clock(query, Clock::Memory);
    gpu.throttled = query.ask(Device::current_throttle_reasons, |bits| Ok(reasons(bits)));
}

pub(super) fn pcie(query: &Query<'_, '_>, fields: &Fields, gpu: &mut Gpu) {
    gpu.pcie_received = fields.bytes(Field::PcieReceived);
    gpu.pcie_transmitted = fields.bytes(Field::PcieTransmitted);
    gpu.pcie_received_rate = rate(query, &gpu.pcie_received, PcieUtilCounter::Receive);
    gpu.pcie_transmitted_rate = rate(query, &gpu.pcie_transmitted, PcieUtilCounter::Send);
    gpu.pcie_replays = query.ask(Device::pcie_replay_counter, |replays| {
        valid_u32(replays).map(u64::from)
    });
}

fn errors(query: &Query<'_, '_>, kind: MemoryError) -> Reading<u64> {
    query.ask(
        |device| device.total_ecc_errors(kind, EccCounter::Volatile),
        valid_u64,
    )
}

fn clock(query: &Query<'_, '_>, clock: Clock) -> Reading<Hertz> {
    query.ask(
        |device| device.clock_info(clock),
        |megahertz| valid_u32(megahertz).map(|n| Hertz::from_megahertz(n.into())),
    )
}

/// The call blocks for the 20 ms of its sample, so it is made only where there is no total.
fn rate(
    query: &Query<'_, '_>,
    total: &Reading<Bytes>,
    direction: PcieUtilCounter,
) -> Reading<PerSecond> {
    match total {
        Reading::Present { .. } => return Reading::Absent("reported as a total".into()),
        Reading::Unknown(reason) => return Reading::Unknown(reason.clone()),
        Reading::Absent(_) => {}
    }
    query.ask(
        |device| device.pcie_throughput(direction),
        |kilobytes| {
            let bytes = u64::from(valid_u32(kilobytes)?) * KILOBYTE;
            PerSecond::of(bytes, Nanos::from_secs(1)).ok_or(INVALID_NUMBER.into())
        },
    )
}

fn parts(info: &MemoryInfo) -> Memory {
    Memory {
        total: Bytes::new(info.total),
        used: Bytes::new(info.used),
        free: Bytes::new(info.free),
        reserved: Bytes::new(info.reserved),
    }
}

fn reasons(bits: Bits) -> ThrottleReasons {
    let held = REASONS.into_iter().filter(|(bit, _)| bits.contains(*bit));
    held.map(|(_, reason)| reason).collect()
}

fn share(percent: u32) -> ReadResult<Ratio> {
    Some(percent)
        .filter(|percent| *percent <= 100)
        .and_then(|percent| Ratio::of(percent.into(), 100.0))
        .ok_or(INVALID_NUMBER.into())
}

fn watts(milliwatts: u32) -> ReadResult<Watts> {
    valid_u32(milliwatts).map(|milliwatts| Watts::from_milliwatts(milliwatts.into()))
}

fn bytes(count: u64) -> ReadResult<Bytes> {
    valid_u64(count).map(Bytes::new)
}

/// `nvml.h` says KB and not which.
const KILOBYTE: u64 = 1000;

const REASONS: [(Bits, ThrottleReason); 8] = [
    (Bits::SW_POWER_CAP, ThrottleReason::SwPowerCap),
    (Bits::SW_THERMAL_SLOWDOWN, ThrottleReason::SwThermal),
    (Bits::HW_SLOWDOWN, ThrottleReason::HwSlowdown),
    (Bits::HW_THERMAL_SLOWDOWN, ThrottleReason::HwThermal),
    (Bits::HW_POWER_BRAKE_SLOWDOWN, ThrottleReason::HwPowerBrake),
    (Bits::SYNC_BOOST, ThrottleReason::SyncBoost),
    (Bits::APPLICATIONS_CLOCKS_SETTING, ThrottleReason::AppClocks),
    (Bits::DISPLAY_CLOCK_SETTING, ThrottleReason::DisplayClocks),
];

/// Returns the processes that compute or draw on the GPU. The driver lists one that does both
/// twice.
pub(super) fn processes(query: &Query<'_, '_>) -> Reading<Box<[GpuProcess]>> {
    let computing = query.ask(|device| device.running_compute_processes(), Ok);
    let drawing = query.ask(|device| device.running_graphics_processes(), Ok);
    computing.and_then(|computing| {
        let drawing = match drawing {
            Reading::Present { value, .. } => value,
            // Where drawing is not supported, those who compute are all there are.
            Reading::Absent(_) => Vec::new(),
            Reading::Unknown(reason) => return Err(reason),
        };
        Ok(merge(computing.iter().chain(&drawing)))
    })
}

/// Returns the memory of the GPU that the process `own` uses.
pub(super) fn process_memory_used(
    processes: &Reading<Box<[GpuProcess]>>,
    own: &ReadResult<u32>,
) -> Reading<Bytes> {
    let mine = processes.clone().and_then(|processes| {
        let own = own.clone()?;
        Ok(processes.into_iter().find(|process| process.pid == own))
    });
    match mine {
        Reading::Present { value: None, .. } => {
            Reading::Absent("this process does not use the GPU".into())
        }
        mine => mine.and_then(|mine| mine.and_then(|mine| mine.memory).ok_or(NOT_REPORTED)),
    }
}

/// The id under which the driver knows this process, if that can be known.
pub(super) fn own_pid() -> ReadResult<u32> {
    if cfg!(target_os = "linux") {
        let namespace = std::fs::read_link("/proc/self/ns/pid");
        if namespace.map_or(true, |namespace| namespace.as_os_str() != HOST) {
            return Err(
                "the driver reports the host's process ids, and this container has its own".into(),
            );
        }
    }
    Ok(std::process::id())
}

fn merge<'a>(listed: impl Iterator<Item = &'a ProcessInfo>) -> Box<[GpuProcess]> {
    let mut processes: Vec<GpuProcess> = Vec::new();
    for process in listed {
        let memory = match process.used_gpu_memory {
            UsedGpuMemory::Used(bytes) => Some(Bytes::new(bytes)),
            UsedGpuMemory::Unavailable => None,
        };
        match processes.iter_mut().find(|known| known.pid == process.pid) {
            Some(known) => known.memory = known.memory.max(memory),
            None => processes.push(GpuProcess {
                pid: process.pid,
                memory,
            }),
        }
    }
    processes.into()
}

/// The first namespace of process ids has this fixed number (`PROC_PID_INIT_INO` in the kernel's
/// `include/linux/proc_ns.h`).
const HOST: &str = "pid:[4026531836]";

const NOT_REPORTED: Reason = Reason::Borrowed("the driver does not report the memory of a process");

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(pid: u32, used_gpu_memory: UsedGpuMemory) -> ProcessInfo {
        ProcessInfo {
            pid,
            used_gpu_memory,
            gpu_instance_id: None,
            compute_instance_id: None,
        }
    }

    fn processes() -> Reading<Box<[GpuProcess]>> {
        let listed = [
            listed(1, UsedGpuMemory::Used(10)),
            listed(2, UsedGpuMemory::Unavailable),
            listed(1, UsedGpuMemory::Used(30)),
        ];
        Reading::of(Ok(merge(listed.iter())))
    }

    #[test]
    fn one_that_computes_and_draws_is_counted_once() {
        let found = processes();
        let memory: Vec<_> = found
            .value()
            .unwrap()
            .iter()
            .map(|one| one.memory)
            .collect();
        assert_eq!(memory, [Some(Bytes::new(30)), None]);
    }

    #[test]
    fn what_this_process_holds_is_never_guessed() {
        let own = |own: ReadResult<u32>| process_memory_used(&processes(), &own);
        assert_eq!(own(Ok(1)).value(), Some(&Bytes::new(30)));
        assert_eq!(own(Ok(2)), Reading::Unknown(NOT_REPORTED));
        assert!(own(Ok(3)).is_absent());
        assert_eq!(
            own(Err("a container".into())),
            Reading::Unknown("a container".into())
        );
        let refused = process_memory_used(&Reading::Absent("not here".into()), &Ok(1));
        assert_eq!(refused, Reading::Absent("not here".into()));
    }
}
