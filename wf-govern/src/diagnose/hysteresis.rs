//! Hysteresis: a bottleneck is entered and left slowly, so that one odd second changes nothing.

use std::array;

use super::bottleneck::Bottleneck;
use super::indicators::Indicators;
use crate::config::Thresholds;
use crate::evidence::Evidence;
use wf_instrument::Ratio;
use wf_sense::Reading;

/// State from tick to tick: a latch for each reading that a bottleneck rests on. A bottleneck with
/// several readings is left when each of them has been low; an unknown one says nothing about the
/// others.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct State {
    memory: [Latch; 2],
    io: Latch,
    gpu: Latch,
    cpu: [Latch; 3],
    ui: Latch,
}

impl State {
    pub(super) fn after(
        self,
        evidence: &Evidence,
        ui: Option<f64>,
        indicators: Indicators,
        t: &Thresholds,
    ) -> Self {
        let saturated = is_saturated(evidence, indicators, t);
        // Nothing is drawn: no frame is missing. Without evidence nothing is known of it.
        let ui = ui.or_else(|| evidence.missing.is_none().then_some(0.0));
        // Leaving never requires more frames than the target.
        let enough = (t.frames_short + MARGIN).min(f64::midpoint(t.frames_short, 1.0));
        let slow = t.disk_slow.as_secs();
        let wait = score(&evidence.host.disk_wait, |wait| wait.as_secs() / slow);
        Self {
            memory: each(self.memory, evidence.memory_shares(), t.memory_full, true),
            io: self.io.after(wait, 1.0 - MARGIN, true),
            gpu: self.gpu.follow(&evidence.host.gpu, t.gpu_busy, true),
            cpu: each(self.cpu, evidence.cpu_shares(), t.cpu_busy, saturated),
            ui: self.ui.after(ui, t.frames_short / enough, true),
        }
    }

    /// Returns the most dangerous open one: full memory ends the process, a busy disk or GPU
    /// starves the processors, and busy processors starve the interface.
    pub(super) fn bottleneck(self) -> Bottleneck {
        [
            (any_open(&self.memory), Bottleneck::Memory),
            (self.io.open, Bottleneck::Io),
            (self.gpu.open, Bottleneck::Gpu),
            (any_open(&self.cpu), Bottleneck::Cpu),
            (self.ui.open, Bottleneck::Ui),
        ]
        .into_iter()
        .find_map(|(open, bottleneck)| open.then_some(bottleneck))
        .unwrap_or_default()
    }
}

fn any_open(latches: &[Latch]) -> bool {
    latches.iter().any(|latch| latch.open)
}

fn each<const N: usize>(
    latches: [Latch; N],
    shares: [&Reading<Ratio>; N],
    bound: f64,
    confirmed: bool,
) -> [Latch; N] {
    array::from_fn(|i| latches[i].follow(shares[i], bound, confirmed))
}

/// Score of a reading relative to its threshold: 0 if absent, `None` if unknown.
fn score<T>(reading: &Reading<T>, of: impl FnOnce(&T) -> f64) -> Option<f64> {
    match reading.is_absent() {
        true => Some(0.0),
        false => reading.value().map(of),
    }
}

/// Returns whether processors are saturated and not only busy: tasks wait for them, a quota
/// throttles, or more threads are runnable than there are cores. If the machine has neither
/// reading, busy is enough; if one is only unknown, nothing is concluded.
fn is_saturated(evidence: &Evidence, indicators: Indicators, t: &Thresholds) -> bool {
    let pressure = &evidence.host.cpu_pressure;
    let pressed = pressure.value().is_some_and(|p| p.get() > t.cpu_pressed);
    let throttled = indicators
        .throttled
        .is_some_and(|share| share.get() > t.cpu_pressed);
    let no_reading = pressure.is_absent() && evidence.host.runnable.is_absent();
    pressed || throttled || indicators.oversubscribed == Some(true) || no_reading
}

/// A latch that opens after 3 of the last 5 ticks above the threshold and closes after 5 of 5
/// below a lower one. Unknown is neither.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Latch {
    open: bool,
    /// One bit for each of the last five ticks: above the threshold. Bit 0 is the newest.
    above: u8,
    /// The same: below the lower threshold.
    below: u8,
}

impl Latch {
    /// Takes in one share. The latch closes `MARGIN` below `bound`, but not below half of it.
    fn follow(self, share: &Reading<Ratio>, bound: f64, confirmed: bool) -> Self {
        let leave = (1.0 - MARGIN / bound).max(0.5);
        self.after(score(share, |s| s.get() / bound), leave, confirmed)
    }

    fn after(self, score: Option<f64>, leave: f64, confirmed: bool) -> Self {
        let is_above = confirmed && score.is_some_and(|s| s > 1.0);
        let is_below = score.is_some_and(|s| s <= leave);
        let above = shift(self.above, is_above);
        let below = shift(self.below, is_below);
        let open = if self.open {
            below != FIVE
        } else {
            above.count_ones() >= 3
        };
        Self { open, above, below }
    }
}

const fn shift(ticks: u8, newest: bool) -> u8 {
    ((ticks << 1) | newest as u8) & FIVE
}

const FIVE: u8 = 0b1_1111;

/// Five points below the threshold.
const MARGIN: f64 = 0.05;
