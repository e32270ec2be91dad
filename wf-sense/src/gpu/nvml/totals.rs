//! How long each reason has held a GPU down: the driver's total, or what was seen of it pass by pass.

use nvml_wrapper::enum_wrappers::device::PerformancePolicy;

use super::fields::{Field, Fields, told};
use super::query::Query;
use crate::gpu::throttle::{ThrottleReason, ThrottleReasons, ThrottleTimes};
use crate::reading::Reading;
use wf_instrument::Nanos;

/// Where the total of each reason comes from, and when the reasons were last seen.
///
/// Decided once for each reason, by the first answer: a total that changed from one source to the other would jump.
#[derive(Debug, Default)]
pub(super) struct Totals {
    sources: [Source; ThrottleReason::ALL.len()],
    seen: Option<Nanos>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Source {
    #[default]
    Undecided,
    Driver,
    /// Counted here.
    Passes(Nanos),
}

impl Totals {
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
            let total = ask(query, fields, reason);
            match total {
                Reading::Present { .. } => *source = Source::Driver,
                Reading::Absent(_) if matches!(source, Source::Undecided) && is_seen(reason) => {
                    *source = Source::Passes(Nanos::ZERO);
                    return count(&mut Nanos::ZERO.clone(), reason, reasons, Nanos::ZERO);
                }
                _ => {}
            }
            total
        })
    }

    /// How long ago the reasons were last seen; nothing where they are not now, or were not then.
    fn since_last(&mut self, reasons: &Reading<ThrottleReasons>) -> Nanos {
        let now = match reasons {
            Reading::Present { at, .. } => Some(*at),
            _ => None,
        };
        let before = std::mem::replace(&mut self.seen, now);
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

fn ask(query: &Query<'_, '_>, fields: &Fields, reason: ThrottleReason) -> Reading<Nanos> {
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
            |time| told(time.violation_time).map(Nanos::new),
        )
    });
    counted
        .filter(|counted| !counted.is_absent())
        .unwrap_or_else(|| fields.total(field).map(Nanos::new))
}

/// Whether the driver says when the reason holds.
const fn is_seen(reason: ThrottleReason) -> bool {
    !matches!(
        reason,
        ThrottleReason::Thermal | ThrottleReason::BoardLimit | ThrottleReason::Reliability
    )
}
