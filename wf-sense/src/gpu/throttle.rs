//! Reasons that reduce a GPU's clocks, and the time for which they did.

use std::fmt;

use crate::reading::Reading;
use crate::table::{Field, Kind, Part, Sensor, Value};
use wf_instrument::{BaseUnit, Nanos};

/// A reason that reduces a GPU's clocks. Several may apply at once, so their times do not add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ThrottleReason {
    /// The power limit, kept by the driver.
    SwPowerCap,
    /// The driver keeps the GPU or its memory below its highest operating temperature.
    SwThermal,
    /// The hardware halved the clocks or more: too hot, power brake, or too much current. The next
    /// two say which, if the GPU does.
    HwSlowdown,
    /// The hardware did so because the GPU is too hot.
    HwThermal,
    /// The hardware did so at a signal of the system's power supply.
    HwPowerBrake,
    /// Another GPU of the same sync boost group has reduced clocks.
    SyncBoost,
    /// The clocks that are set for applications.
    AppClocks,
    /// The clocks that are set for displays.
    DisplayClocks,
    /// Heat, by the driver or the hardware. The driver counts its time; it does not report when it
    /// applies.
    Thermal,
    /// Limits of the board as a whole. As for `Thermal`, only the time is known.
    BoardLimit,
    /// The highest voltage at which the chip is reliable. As for `Thermal`, only the time is known.
    Reliability,
}

impl ThrottleReason {
    /// All of them, in the order in which they are declared.
    pub const ALL: [Self; 11] = [
        Self::SwPowerCap,
        Self::SwThermal,
        Self::HwSlowdown,
        Self::HwThermal,
        Self::HwPowerBrake,
        Self::SyncBoost,
        Self::AppClocks,
        Self::DisplayClocks,
        Self::Thermal,
        Self::BoardLimit,
        Self::Reliability,
    ];

    /// A word for labels.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SwPowerCap => "sw_power_cap",
            Self::SwThermal => "sw_thermal",
            Self::HwSlowdown => "hw_slowdown",
            Self::HwThermal => "hw_thermal",
            Self::HwPowerBrake => "hw_power_brake",
            Self::SyncBoost => "sync_boost",
            Self::AppClocks => "app_clocks",
            Self::DisplayClocks => "display_clocks",
            Self::Thermal => "thermal",
            Self::BoardLimit => "board_limit",
            Self::Reliability => "reliability",
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// Writes the word for labels.
impl fmt::Display for ThrottleReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The reasons that apply at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(into = "Vec<ThrottleReason>", from = "Vec<ThrottleReason>")
)]
pub struct ThrottleReasons(u16);

impl ThrottleReasons {
    /// Returns whether `reason` is one of them.
    #[must_use]
    pub const fn holds(self, reason: ThrottleReason) -> bool {
        self.0 & reason.bit() != 0
    }

    /// Each of them, in the order in which they are declared.
    pub fn iter(self) -> impl Iterator<Item = ThrottleReason> {
        ThrottleReason::ALL
            .into_iter()
            .filter(move |reason| self.holds(*reason))
    }
}

impl FromIterator<ThrottleReason> for ThrottleReasons {
    fn from_iter<I: IntoIterator<Item = ThrottleReason>>(reasons: I) -> Self {
        let bits = reasons.into_iter().map(ThrottleReason::bit);
        Self(bits.fold(0, |all, bit| all | bit))
    }
}

/// Time for which each reason has reduced a GPU's clocks: totals that only grow, and begin again
/// when the driver is loaded or opened anew.
///
/// If the driver counts a reason, this is its total since it was loaded. It does count
/// `SwPowerCap`, `SyncBoost`, `Thermal`, `BoardLimit` and `Reliability`, newer ones also
/// `SwThermal`, `HwThermal` and `HwPowerBrake`. The others are counted here since the driver was
/// opened: the time before each pass in which the reason applied, which misses what begins and ends
/// between two passes. So are always `HwSlowdown`, `AppClocks` and `DisplayClocks`.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "Times", from = "Times"))]
pub struct ThrottleTimes([Reading<Nanos>; ThrottleReason::ALL.len()]);

impl ThrottleTimes {
    /// Takes the time of each reason from `time`, in order.
    pub fn from_fn(time: impl FnMut(ThrottleReason) -> Reading<Nanos>) -> Self {
        Self(ThrottleReason::ALL.map(time))
    }

    /// Returns the time of `reason`.
    #[must_use]
    pub const fn of(&self, reason: ThrottleReason) -> &Reading<Nanos> {
        &self.0[reason as usize]
    }

    /// Each reason with its time, in the order in which they are declared.
    pub fn iter(&self) -> impl Iterator<Item = (ThrottleReason, &Reading<Nanos>)> {
        ThrottleReason::ALL.into_iter().zip(&self.0)
    }
}

/// As they are serialized: by reason, so that reasons can be added.
#[cfg(feature = "serde")]
mod serialized {
    use std::collections::BTreeMap;

    use super::{ThrottleReason, ThrottleReasons, ThrottleTimes};
    use crate::reading::Reading;
    use wf_instrument::Nanos;

    pub(super) type Times = BTreeMap<ThrottleReason, Reading<Nanos>>;

    impl From<ThrottleTimes> for Times {
        fn from(times: ThrottleTimes) -> Self {
            ThrottleReason::ALL.into_iter().zip(times.0).collect()
        }
    }

    impl From<Times> for ThrottleTimes {
        fn from(mut times: Times) -> Self {
            Self::from_fn(|reason| times.remove(&reason).unwrap_or_default())
        }
    }

    impl From<ThrottleReasons> for Vec<ThrottleReason> {
        fn from(reasons: ThrottleReasons) -> Self {
            reasons.iter().collect()
        }
    }

    impl From<Vec<ThrottleReason>> for ThrottleReasons {
        fn from(reasons: Vec<ThrottleReason>) -> Self {
            reasons.into_iter().collect()
        }
    }
}
#[cfg(feature = "serde")]
use self::serialized::Times;

impl Value for ThrottleReasons {
    const PARTS: &'static [Part] = &parts(Kind::Gauge, BaseUnit::None);

    fn numbers(&self, report: &mut dyn FnMut(usize, f64)) {
        for reason in ThrottleReason::ALL {
            report(reason as usize, f64::from(u8::from(self.holds(reason))));
        }
    }
}

impl Field for ThrottleTimes {
    const UNIT: BaseUnit = BaseUnit::Seconds;
    const PARTS: &'static [Part] = &parts(Kind::Counter, BaseUnit::Seconds);
}

impl Sensor for ThrottleTimes {
    /// That of the first reason with a time, if any has one.
    fn state(&self) -> Reading<()> {
        let present = self.0.iter().find(|time| time.value().is_some());
        present.unwrap_or(&self.0[0]).as_ref().map(|_| ())
    }

    fn numbers(&self, report: &mut dyn FnMut(usize, f64)) {
        for (reason, time) in self.iter() {
            if let Some(time) = time.value() {
                report(reason as usize, time.as_secs());
            }
        }
    }
}

/// A number for each reason.
const fn parts(kind: Kind, unit: BaseUnit) -> [Part; REASONS] {
    let mut parts = [Part::only(kind, unit, &[]); REASONS];
    let mut at = 0;
    while at < REASONS {
        parts[at].labels = &LABELS[at];
        at += 1;
    }
    parts
}

static LABELS: [[(&str, &str); 1]; REASONS] = {
    let mut labels = [[("reason", "")]; REASONS];
    let mut at = 0;
    while at < REASONS {
        labels[at][0].1 = ThrottleReason::ALL[at].as_str();
        at += 1;
    }
    labels
};

const REASONS: usize = ThrottleReason::ALL.len();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_stand_where_they_are_looked_for() {
        for (place, reason) in ThrottleReason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, place);
            let alone: ThrottleReasons = [reason].into_iter().collect();
            assert_eq!(alone.iter().collect::<Vec<_>>(), [reason]);
        }
        let times = ThrottleTimes::from_fn(|reason| Reading::Unknown(reason.as_str().into()));
        for (reason, time) in times.iter() {
            assert_eq!(times.of(reason), time);
            assert_eq!(time.reason(), Some(reason.as_str()));
        }
    }
}
