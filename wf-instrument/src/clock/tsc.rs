//! The processor's time-stamp counter, read without a check: calibration decides whether it may be
//! used.
#![expect(unsafe_code, reason = "the instruction has no safe name")]

use std::arch::x86_64::_rdtsc;

use crate::sync::{AtomicU64, Ordering};

/// The length of a tick in units of 2⁻⁶⁴ nanoseconds. Zero until the counter is known to be the
/// clock.
static TICK: AtomicU64 = AtomicU64::new(0);

/// The counter, if it is the clock. One load, one branch and the instruction.
#[inline]
pub(super) fn ticks() -> Option<u64> {
    // Relaxed: the value stands for itself.
    (TICK.load(Ordering::Relaxed) != 0).then(read)
}

/// The nanoseconds in so many ticks, if the counter is the clock. One multiplication.
#[inline]
pub(super) fn nanos(ticks: u64) -> Option<u64> {
    match TICK.load(Ordering::Relaxed) {
        0 => None,
        tick => Some(scaled(ticks, tick)),
    }
}

/// The time since the counter was at `start`, if it is the clock and has not gone back since.
#[inline]
pub(super) fn since(start: u64) -> Option<u64> {
    match TICK.load(Ordering::Relaxed) {
        0 => None,
        tick => read().checked_sub(start).map(|ticks| scaled(ticks, tick)),
    }
}

/// Takes the length of a tick from the calibrated `clock`, if it reads this counter and a tick is
/// shorter than a nanosecond, as that of every counter above 1 GHz is. Otherwise, and where the
/// system forbids or distrusts the counter, `clock` is used.
pub(super) fn adopt(clock: &quanta::Clock) {
    if (0..TRIES).any(|_| reads_this_counter(clock)) {
        // Relaxed: a thread that still reads zero uses the same clock, out of line.
        TICK.store(tick(clock).unwrap_or(0), Ordering::Relaxed);
    }
}

/// quanta does not expose the source that it chose, but a reading of another source would not lie
/// near one of this.
fn reads_this_counter(clock: &quanta::Clock) -> bool {
    let before = read();
    let raw = clock.raw();
    raw.wrapping_sub(before) < NEAR || before.wrapping_sub(raw) < NEAR
}

fn tick(clock: &quanta::Clock) -> Option<u64> {
    let nanos = clock.delta_as_nanos(0, 1 << SAMPLE);
    (nanos < 1 << SAMPLE).then_some(nanos << (u64::BITS - SAMPLE))
}

#[inline]
const fn scaled(ticks: u64, tick: u64) -> u64 {
    ((ticks as u128 * tick as u128) >> u64::BITS) as u64
}

#[inline]
fn read() -> u64 {
    #[cfg(feature = "fenced")]
    // SAFETY: the instruction is part of every x86-64 processor, and touches no memory: it waits
    // for the instructions before it.
    unsafe {
        std::arch::x86_64::_mm_lfence();
    }
    // SAFETY:
    // - the instruction is part of every x86-64 processor, and touches no memory;
    // - a process for which the system traps it (`PR_SET_TSC`) gets a signal, as in quanta: no
    //   undefined behaviour.
    unsafe { _rdtsc() }
}

/// The thread may be descheduled between two readings, but hardly three times.
const TRIES: u32 = 3;

/// In ticks, some tenths of a millisecond.
const NEAR: u64 = 1 << 20;

/// The length of 2⁴⁸ ticks, about a day, is taken from the calibration, so that a tick is known to
/// 2⁻⁴⁸: far better than it was calibrated.
const SAMPLE: u32 = 48;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_adopted_counter_tells_the_same_time_as_the_clock_that_calibrated_it() {
        let clock = quanta::Clock::new();
        adopt(&clock);
        let Some(day) = nanos(1 << SAMPLE) else {
            return; // No such counter here, or none to be trusted.
        };
        assert_eq!(day, clock.delta_as_nanos(0, 1 << SAMPLE));
        let (before, ours, after) = (clock.raw(), ticks(), clock.raw());
        assert!(before <= ours.unwrap() + NEAR && ours.unwrap() <= after + NEAR);
    }

    #[test]
    fn a_clock_of_another_kind_is_not_adopted() {
        let (clock, _mock) = quanta::Clock::mock();
        assert!(!reads_this_counter(&clock));
    }

    proptest! {
        #[test]
        fn a_tick_of_a_known_length_is_scaled_exactly(ticks: u64, half in 1_u32..64) {
            prop_assert_eq!(scaled(ticks, 1 << (u64::BITS - half)), ticks >> half);
        }
    }
}
