//! One pass over one device: which call of the driver makes up each reading.

use nvml_wrapper::Device;
use nvml_wrapper::bitmasks::device::ThrottleReasons as Bits;
use nvml_wrapper::enum_wrappers::device::{
    Clock, EccCounter, MemoryError, PcieUtilCounter, TemperatureSensor,
};
use nvml_wrapper::struct_wrappers::device::MemoryInfo;

use super::fields::{Field, Fields, NO_NUMBER, told, told_short};
use super::query::Query;
use super::raw;
use crate::gpu::device::{Gpu, Memory};
use crate::gpu::throttle::{ThrottleReason, ThrottleReasons};
use crate::reading::{ReadResult, Reading};
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
        told(energy).map(Joules::from_millijoules)
    });
    let sensor = TemperatureSensor::Gpu;
    gpu.temperature = query.ask(
        |device| device.temperature(sensor),
        |degrees| Celsius::new(told_short(degrees)?.into()).ok_or(NO_NUMBER.into()),
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
        told_short(replays).map(u64::from)
    });
}

fn errors(query: &Query<'_, '_>, kind: MemoryError) -> Reading<u64> {
    query.ask(
        |device| device.total_ecc_errors(kind, EccCounter::Volatile),
        told,
    )
}

fn clock(query: &Query<'_, '_>, clock: Clock) -> Reading<Hertz> {
    query.ask(
        |device| device.clock_info(clock),
        |megahertz| told_short(megahertz).map(|n| Hertz::from_megahertz(n.into())),
    )
}

/// The call blocks for the 20 ms of its sample, so it is made only where there is no total.
fn rate(
    query: &Query<'_, '_>,
    total: &Reading<Bytes>,
    direction: PcieUtilCounter,
) -> Reading<PerSecond> {
    match total {
        Reading::Present { .. } => return Reading::Absent("told as a total".into()),
        Reading::Unknown(reason) => return Reading::Unknown(reason.clone()),
        Reading::Absent(_) => {}
    }
    query.ask(
        |device| device.pcie_throughput(direction),
        |kilobytes| {
            let bytes = u64::from(told_short(kilobytes)?) * KILOBYTE;
            PerSecond::of(bytes, Nanos::from_secs(1)).ok_or(NO_NUMBER.into())
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
        .ok_or(NO_NUMBER.into())
}

fn watts(milliwatts: u32) -> ReadResult<Watts> {
    told_short(milliwatts).map(|milliwatts| Watts::from_milliwatts(milliwatts.into()))
}

fn bytes(count: u64) -> ReadResult<Bytes> {
    told(count).map(Bytes::new)
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
