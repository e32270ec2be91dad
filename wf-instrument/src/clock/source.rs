//! The calibrated clock.

use std::sync::OnceLock;

#[cfg(target_arch = "x86_64")]
use super::tsc;
use crate::fork::without_fork;
use crate::units::Nanos;

pub(super) struct Source {
    clock: quanta::Clock,
    /// The raw reading at first use.
    pub(super) origin: u64,
}

impl Source {
    pub(super) fn raw(&self) -> u64 {
        self.clock.raw()
    }

    /// The time between two raw readings.
    pub(super) fn between(&self, start: u64, end: u64) -> Nanos {
        Nanos::new(self.clock.delta_as_nanos(start, end))
    }
}

/// The clock; the first call calibrates it.
pub(super) fn source() -> &'static Source {
    static SOURCE: OnceLock<Source> = OnceLock::new();
    match SOURCE.get() {
        Some(source) => source,
        None => without_fork(|| SOURCE.get_or_init(calibrated)),
    }
}

fn calibrated() -> Source {
    let clock = quanta::Clock::new();
    let origin = clock.raw();
    #[cfg(target_arch = "x86_64")]
    tsc::adopt(&clock);
    Source { clock, origin }
}

/// The number of ticks in `span`: the inverse of the calibration over some half an hour.
pub(super) fn ticks_of(span: Nanos) -> u64 {
    const SAMPLE: u64 = 1 << 42;
    let nanos = source().between(0, SAMPLE).get().max(1);
    let ticks = u128::from(span.get()) * u128::from(SAMPLE) / u128::from(nanos);
    u64::try_from(ticks).unwrap_or(u64::MAX)
}
