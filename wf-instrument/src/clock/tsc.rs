//! The processor's time-stamp counter, read without a check: calibration decides whether it may be
//! used.
#![expect(unsafe_code, reason = "the instruction has no safe name")]

use std::arch::x86_64::_rdtsc;

use crate::sync::{AtomicU64, Ordering};

/// The length of a tick in units of 2⁻⁶⁴ nanoseconds: an even number where this counter is known to
/// be the clock, [`UNKNOWN`] before that, [`HALF`] where another clock is used.
///
/// So a test of one bit decides between the clocks, and the product of ticks and this number is
/// right for either: nobody has ticks before the clock is known.
static TICK: AtomicU64 = AtomicU64::new(UNKNOWN);

/// A bit that no tick of this counter has.
const OTHER_CLOCK: u64 = 1;

const UNKNOWN: u64 = OTHER_CLOCK;

/// Half a nanosecond, the tick of all other clocks. The lowest bit adds less than a nanosecond to
/// the product, which is even in units of half a one.
const HALF: u64 = 1 << 63 | OTHER_CLOCK;

/// The counter, if it is the clock. One load, one branch and the instruction.
#[inline]
pub(super) fn ticks() -> Option<u64> {
    // Relaxed: the value stands for itself.
    is_counter(TICK.load(Ordering::Relaxed)).then(read)
}

/// The nanoseconds in so many ticks of the clock, whichever it is. One multiplication.
#[inline]
pub(super) fn nanos(ticks: u64) -> u64 {
    // Relaxed: a thread that has read the clock has read a known tick, and reads it again.
    scaled(ticks, TICK.load(Ordering::Relaxed))
}

/// The time since the counter was at `start`, if it is the clock and has not gone back since.
#[inline]
pub(super) fn since(start: u64) -> Option<u64> {
    let tick = TICK.load(Ordering::Relaxed);
    let ticks = is_counter(tick).then(|| read().checked_sub(start))?;
    ticks.map(|ticks| scaled(ticks, tick))
}

#[inline]
const fn is_counter(tick: u64) -> bool {
    tick & OTHER_CLOCK == 0
}

/// Takes the length of a tick from the calibrated `clock`, if it reads this counter and a tick is
/// shorter than a nanosecond, as that of every counter above 1 GHz is. Otherwise, and where the
/// system forbids or distrusts the counter, `clock` is used.
pub(super) fn adopt(clock: &quanta::Clock) {
    let is_clock = (0..TRIES).any(|_| reads_this_counter(clock));
    let tick = is_clock.then(|| tick(clock)).flatten();
    // Relaxed: a thread that still reads `UNKNOWN` waits for the calibration, out of line.
    TICK.store(tick.unwrap_or(HALF), Ordering::Relaxed);
}

/// A reading of `clock`, where it is used in place of the counter.
pub(super) fn other_ticks(clock: &quanta::Clock) -> u64 {
    clock.delta_as_nanos(0, clock.raw()).wrapping_mul(2)
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
    // Even, since only the upper bits are known.
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
        if ticks().is_none() {
            return; // No such counter here, or none to be trusted.
        }
        let day = clock.delta_as_nanos(0, 1 << SAMPLE);
        assert_eq!(nanos(1 << SAMPLE), day);
        let (before, ours, after) = (clock.raw(), ticks(), clock.raw());
        assert!(before <= ours.unwrap() + NEAR && ours.unwrap() <= after + NEAR);
    }

    #[test]
    fn a_clock_of_another_kind_is_not_adopted() {
        let (clock, _mock) = quanta::Clock::mock();
        assert!(!reads_this_counter(&clock));
    }

    #[test]
    fn the_ticks_of_another_clock_are_half_nanoseconds() {
        let (clock, mock) = quanta::Clock::mock();
        let before = other_ticks(&clock);
        mock.increment(1_234_567);
        assert_eq!(other_ticks(&clock) - before, 2 * 1_234_567);
    }

    proptest! {
        #[test]
        fn half_nanoseconds_are_scaled_exactly(nanos in 0..u64::MAX >> 1) {
            prop_assert_eq!(scaled(2 * nanos, HALF), nanos);
        }

        #[test]
        fn a_tick_of_a_known_length_is_scaled_exactly(ticks: u64, half in 1_u32..64) {
            prop_assert_eq!(scaled(ticks, 1 << (u64::BITS - half)), ticks >> half);
        }
    }
}
