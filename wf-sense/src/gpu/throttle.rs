//! Why a GPU runs slower than it could, and for how long it has.

use crate::reading::Reading;
use crate::table::{Field, Kind, Part, Sensor, Unit, Value};
use wf_instrument::Nanos;

/// Something that holds a GPU's clocks down. Several may hold at once, so their times do not add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ThrottleReason {
    /// The power limit, kept by the driver.
    SwPowerCap,
    /// The driver keeps the GPU or its memory below its highest operating temperature.
    SwThermal,
    /// The hardware halved the clocks, or more: too hot, power brake, or too much current. The three reasons below tell which.
    HwSlowdown,
    /// The hardware did because the GPU is too hot.
    HwThermal,
    /// The hardware did because the system's power supply asked for it.
    HwPowerBrake,
    /// Another GPU of the same sync boost group is held down.
    SyncBoost,
    /// The clocks that somebody set for applications.
    AppClocks,
    /// The clocks that somebody set for displays.
    DisplayClocks,
    /// Heat, whichever of the driver and the hardware saw it. The driver counts it; it does not say when it holds.
    Thermal,
    /// What the board as a whole may draw or bear, likewise.
    BoardLimit,
    /// The highest voltage at which the chip is reliable, likewise.
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

/// The reasons that hold at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThrottleReasons(u16);

impl ThrottleReasons {
    /// Whether `reason` is one of them.
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

/// How long each reason has held a GPU down: totals that only grow, and begin again when the driver is loaded or opened anew.
///
/// Where the driver counts a reason, this is its total since it was loaded. It does count `SwPowerCap`, `SyncBoost`, `Thermal`,
/// `BoardLimit` and `Reliability`, newer ones also `SwThermal`, `HwThermal` and `HwPowerBrake`. Elsewhere it is what was seen here since the
/// driver was opened: the time before each pass in which the reason held, which misses what begins and ends between two passes.
/// `HwSlowdown`, `AppClocks` and `DisplayClocks` are always seen so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ThrottleTimes([Reading<Nanos>; ThrottleReason::ALL.len()]);

impl ThrottleTimes {
    /// The times that `time` gives for each reason, in order.
    pub fn from_fn(time: impl FnMut(ThrottleReason) -> Reading<Nanos>) -> Self {
        Self(ThrottleReason::ALL.map(time))
    }

    /// How long `reason` has held it down.
    #[must_use]
    pub const fn of(&self, reason: ThrottleReason) -> &Reading<Nanos> {
        &self.0[reason as usize]
    }

    /// Each reason with its time, in the order in which they are declared.
    pub fn iter(&self) -> impl Iterator<Item = (ThrottleReason, &Reading<Nanos>)> {
        ThrottleReason::ALL.into_iter().zip(&self.0)
    }
}

impl Value for ThrottleReasons {
    const PARTS: &'static [Part] = &parts(Kind::Gauge, Unit::None);

    fn numbers(&self, report: &mut dyn FnMut(usize, f64)) {
        for reason in ThrottleReason::ALL {
            report(reason as usize, f64::from(u8::from(self.holds(reason))));
        }
    }
}

impl Field for ThrottleTimes {
    const UNIT: Unit = Unit::Seconds;
    const PARTS: &'static [Part] = &parts(Kind::Counter, Unit::Seconds);
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
const fn parts(kind: Kind, unit: Unit) -> [Part; REASONS] {
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
