//! The calibrated clock.

use std::sync::OnceLock;

#[cfg(target_arch = "x86_64")]
use super::tsc;
use crate::fork::without_fork;
use crate::units::Nanos;

pub(super) struct Source {
    clock: quanta::Clock,
    /// The reading at first use, in ticks.
    pub(super) origin: u64,
}

impl Source {
    /// A reading, in ticks.
    pub(super) fn ticks(&self) -> u64 {
        ticks(&self.clock)
    }

    /// The time of so many ticks.
    #[cfg_attr(
        target_arch = "x86_64",
        expect(clippy::unused_self, reason = "other clocks convert by themselves")
    )]
    pub(super) fn nanos(&self, ticks: u64) -> Nanos {
        #[cfg(target_arch = "x86_64")]
        return Nanos::new(tsc::nanos(ticks));
        #[cfg(not(target_arch = "x86_64"))]
        Nanos::new(self.clock.delta_as_nanos(0, ticks))
    }
}

fn ticks(clock: &quanta::Clock) -> u64 {
    #[cfg(target_arch = "x86_64")]
    return tsc::ticks().unwrap_or_else(|| tsc::other_ticks(clock));
    #[cfg(not(target_arch = "x86_64"))]
    clock.raw()
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
    #[cfg(target_arch = "x86_64")]
    tsc::adopt(&clock);
    let origin = ticks(&clock);
    Source { clock, origin }
}

/// The number of ticks in `span`: the inverse of the calibration over some half an hour.
pub(super) fn ticks_of(span: Nanos) -> u64 {
    const SAMPLE: u64 = 1 << 42;
    let nanos = source().nanos(SAMPLE).get().max(1);
    let ticks = u128::from(span.get()) * u128::from(SAMPLE) / u128::from(nanos);
    u64::try_from(ticks).unwrap_or(u64::MAX)
}
