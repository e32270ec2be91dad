//! Values that the driver numbers, read in one call, and the times of throttle reasons.

use nvml_wrapper::Device;
use nvml_wrapper::enum_wrappers::device::PerformancePolicy;
use nvml_wrapper::enums::device::SampleValue;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::struct_wrappers::device::FieldValueSample;
use nvml_wrapper::structs::device::FieldId;
use nvml_wrapper::sys_exports::field_id::*;

use super::query::{INVALID_NUMBER, Query, none, valid_u64};
use crate::gpu::throttle::{ThrottleReason, ThrottleReasons, ThrottleTimes};
use crate::reading::Reading;
use wf_instrument::{Bytes, Celsius, Nanos};

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

/// The value of each of them, in the order of their declaration.
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

    /// A total of bytes, where the driver keeps one in 64 bits: "value can be wrapped" (`nvml.h`),
    /// and 32 bits are full before the next pass.
    pub(super) fn bytes(&self, field: Field) -> Reading<Bytes> {
        match self.get(field) {
            Reading::Present { value, at } => match value {
                SampleValue::U64(bytes) => Reading::stamped(valid_u64(bytes).map(Bytes::new), at),
                _ => Reading::Absent("the driver's total wraps too soon".into()),
            },
            refusal => none(refusal),
        }
    }

    /// A total.
    pub(super) fn total(&self, field: Field) -> Reading<u64> {
        self.get(field).and_then(|value| match value {
            SampleValue::U64(total) => valid_u64(total),
            SampleValue::U32(total) => Ok(total.into()),
            SampleValue::I64(total) => u64::try_from(total).map_err(|_| INVALID_NUMBER.into()),
            SampleValue::F64(_) => Err(INVALID_NUMBER.into()),
        })
    }

    /// A temperature.
    pub(super) fn celsius(&self, field: Field) -> Reading<Celsius> {
        self.total(field).and_then(|degrees| {
            let degrees = u32::try_from(degrees).map_err(|_| INVALID_NUMBER)?;
            Celsius::new(degrees.into()).ok_or(INVALID_NUMBER.into())
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

/// The source of each reason's total, and the moment at which the reasons were last read.
///
/// Decided once for each reason, by the first result: a total that changed from one source to the
/// other would jump.
#[derive(Debug, Default)]
pub(super) struct ThrottleTotals {
    sources: [Source; ThrottleReason::ALL.len()],
    last_read: Option<Nanos>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Source {
    #[default]
    Undecided,
    Driver,
    /// Counted here.
    Passes(Nanos),
}

impl ThrottleTotals {
    pub(super) fn read(
        &mut self,
        query: &Query<'_, '_>,
        fields: &Fields,
        reasons: &Reading<ThrottleReasons>,
    ) -> ThrottleTimes {
        let span = self.since_last(reasons);
        ThrottleTimes::from_fn(|reason| {
            let source = &mut self.sources[reason as usize];
            if let Source::Passes(time) = source {
                return count(time, reason, reasons, span);
            }
            let total = driver_total(query, fields, reason);
            match total {
                Reading::Present { .. } => *source = Source::Driver,
                Reading::Absent(_)
                    if matches!(source, Source::Undecided) && is_reported(reason) =>
                {
                    *source = Source::Passes(Nanos::ZERO);
                    return reasons.clone().map(|_| Nanos::ZERO);
                }
                _ => {}
            }
            total
        })
    }

    /// Returns the time since the reasons were last read; zero if they are not now, or were not
    /// then.
    fn since_last(&mut self, reasons: &Reading<ThrottleReasons>) -> Nanos {
        let now = match reasons {
            Reading::Present { at, .. } => Some(*at),
            _ => None,
        };
        let before = std::mem::replace(&mut self.last_read, now);
        now.zip(before)
            .map_or(Nanos::ZERO, |(now, before)| now.since(before))
    }
}

fn count(
    time: &mut Nanos,
    reason: ThrottleReason,
    reasons: &Reading<ThrottleReasons>,
    span: Nanos,
) -> Reading<Nanos> {
    reasons.clone().map(|reasons| {
        if reasons.holds(reason) {
            *time = time.plus(span);
        }
        *time
    })
}

fn driver_total(query: &Query<'_, '_>, fields: &Fields, reason: ThrottleReason) -> Reading<Nanos> {
    let (policy, field) = match reason {
        ThrottleReason::SwPowerCap => (Some(PerformancePolicy::Power), Field::Power),
        ThrottleReason::Thermal => (Some(PerformancePolicy::Thermal), Field::Thermal),
        ThrottleReason::SyncBoost => (Some(PerformancePolicy::SyncBoost), Field::SyncBoost),
        ThrottleReason::BoardLimit => (Some(PerformancePolicy::BoardLimit), Field::BoardLimit),
        ThrottleReason::Reliability => (Some(PerformancePolicy::Reliability), Field::Reliability),
        ThrottleReason::SwThermal => (None, Field::SwThermal),
        ThrottleReason::HwThermal => (None, Field::HwThermal),
        ThrottleReason::HwPowerBrake => (None, Field::HwPowerBrake),
        ThrottleReason::HwSlowdown | ThrottleReason::AppClocks | ThrottleReason::DisplayClocks => {
            return Reading::Absent("not counted by the driver".into());
        }
    };
    let counted = policy.map(|policy| {
        query.ask(
            |device| device.violation_status(policy),
            |time| valid_u64(time.violation_time).map(Nanos::new),
        )
    });
    counted
        .filter(|counted| !counted.is_absent())
        .unwrap_or_else(|| fields.total(field).map(Nanos::new))
}

/// Returns whether the driver reports when the reason applies.
const fn is_reported(reason: ThrottleReason) -> bool {
    !matches!(
        reason,
        ThrottleReason::Thermal | ThrottleReason::BoardLimit | ThrottleReason::Reliability
    )
}
