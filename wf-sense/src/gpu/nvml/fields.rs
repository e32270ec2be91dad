//! What the driver tells by number rather than by function: asked for in one call.

use nvml_wrapper::Device;
use nvml_wrapper::enums::device::SampleValue;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::struct_wrappers::device::FieldValueSample;
use nvml_wrapper::structs::device::FieldId;
use nvml_wrapper::sys_exports::field_id::*;

use super::query::{Query, none};
use crate::reading::{ReadResult, Reading};
use wf_instrument::{Bytes, Celsius};

/// Something that the driver has a number for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    MemoryTemperature,
    PcieTransmitted,
    PcieReceived,
    Power,
    Thermal,
    SyncBoost,
    BoardLimit,
    Reliability,
    SwThermal,
    HwThermal,
    HwPowerBrake,
}

/// What came for each of them, in the order in which they are declared.
pub(super) struct Fields(Vec<Reading<SampleValue>>);

impl Fields {
    pub(super) fn read(query: &Query<'_, '_>) -> Self {
        let ids = IDS.map(FieldId);
        let call = |device: &Device<'_>| device.field_values_for(&ids);
        let samples = match query.ask(call, Ok) {
            Reading::Present { value, .. } => value,
            refusal => return Self::refused(&none(refusal)),
        };
        Self(
            samples
                .into_iter()
                .map(|sample| one(query, sample))
                .collect(),
        )
    }

    /// A total of bytes, where the driver keeps one in 64 bits: "value can be wrapped" (`nvml.h`), and 32 bits are full before the
    /// next pass.
    pub(super) fn bytes(&self, field: Field) -> Reading<Bytes> {
        match self.get(field) {
            Reading::Present { value, at } => match value {
                SampleValue::U64(bytes) => Reading::stamped(told(bytes).map(Bytes::new), at),
                _ => Reading::Absent("the driver's total wraps too soon".into()),
            },
            refusal => none(refusal),
        }
    }

    /// A total.
    pub(super) fn total(&self, field: Field) -> Reading<u64> {
        self.get(field).and_then(|value| match value {
            SampleValue::U64(total) => told(total),
            SampleValue::U32(total) => Ok(total.into()),
            SampleValue::I64(total) => u64::try_from(total).map_err(|_| NO_NUMBER.into()),
            SampleValue::F64(_) => Err(NO_NUMBER.into()),
        })
    }

    /// A temperature.
    pub(super) fn celsius(&self, field: Field) -> Reading<Celsius> {
        self.total(field).and_then(|degrees| {
            let degrees = u32::try_from(degrees).map_err(|_| NO_NUMBER)?;
            Celsius::new(degrees.into()).ok_or(NO_NUMBER.into())
        })
    }

    fn refused(why: &Reading<SampleValue>) -> Self {
        Self(IDS.map(|_| why.clone()).into())
    }

    fn get(&self, field: Field) -> Reading<SampleValue> {
        self.0.get(field as usize).cloned().unwrap_or_default()
    }
}

fn one(query: &Query<'_, '_>, sample: Result<FieldValueSample, NvmlError>) -> Reading<SampleValue> {
    match sample.and_then(|sample| sample.value) {
        Ok(value) => Reading::of(Ok(value)),
        // How drivers from before the field refuse its number.
        Err(NvmlError::InvalidArg) => query.refused(&NvmlError::NotSupported),
        Err(error) => query.refused(&error),
    }
}

/// A number, unless it is the one that stands for none (`NVML_VALUE_NOT_AVAILABLE`).
pub(super) fn told(number: u64) -> ReadResult<u64> {
    (number != u64::MAX)
        .then_some(number)
        .ok_or(NO_NUMBER.into())
}

/// The same of 32 bits.
pub(super) fn told_short(number: u32) -> ReadResult<u32> {
    (number != u32::MAX)
        .then_some(number)
        .ok_or(NO_NUMBER.into())
}

pub(super) const NO_NUMBER: &str = "the driver gave no valid number";

/// In the order of [`Field`]. Some changed with driver 580.82; the wrapper translates these.
const IDS: [u32; 11] = [
    NVML_FI_DEV_MEMORY_TEMP,
    NVML_FI_DEV_PCIE_COUNT_TX_BYTES,
    NVML_FI_DEV_PCIE_COUNT_RX_BYTES,
    NVML_FI_DEV_PERF_POLICY_POWER,
    NVML_FI_DEV_PERF_POLICY_THERMAL,
    NVML_FI_DEV_PERF_POLICY_SYNC_BOOST,
    NVML_FI_DEV_PERF_POLICY_BOARD_LIMIT,
    NVML_FI_DEV_PERF_POLICY_RELIABILITY,
    NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN,
    NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN,
    NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN,
];
