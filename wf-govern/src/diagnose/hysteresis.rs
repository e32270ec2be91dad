//! A class is entered and left slowly, so that one odd second changes nothing.

use std::array;

use super::{Class, Signs, Thresholds};
use crate::evidence::Evidence;
use wf_instrument::Ratio;
use wf_sense::Reading;

/// What is remembered from tick to tick: a gate for each reading that a class rests on. A class
/// with several is left when each of them has been low: one that is unknown says nothing of the
/// others.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct State {
    memory: [Gate; 2],
    io: Gate,
    gpu: Gate,
    cpu: [Gate; 3],
    ui: Gate,
}

impl State {
    pub(super) fn after(
        self,
        evidence: &Evidence,
        ui: Option<f64>,
        signs: Signs,
        t: &Thresholds,
    ) -> Self {
        let scarce = is_scarce(evidence, signs, t);
        // Where nothing is drawn, nobody waits for a frame.
        let ui = Some(ui.unwrap_or(0.0));
        // More frames than were promised are never asked for.
        let enough = (t.frames_short + MARGIN).min(f64::midpoint(t.frames_short, 1.0));
        let slow = t.disk_slow.as_secs();
        let wait = score(&evidence.host.disk_wait, |wait| wait.as_secs() / slow);
        Self {
            memory: each(self.memory, evidence.memory_shares(), t.memory_full, true),
            io: self.io.after(wait, 1.0 - MARGIN, true),
            gpu: self.gpu.follow(&evidence.host.gpu, t.gpu_busy, true),
            cpu: each(self.cpu, evidence.cpu_shares(), t.cpu_busy, scarce),
            ui: self.ui.after(ui, t.frames_short / enough, true),
        }
    }

    /// The most dangerous one: memory ends the process, the disk and the GPU starve the processors, and those the interface.
    pub(super) fn class(self) -> Class {
        [
            (any_open(&self.memory), Class::MemoryBound),
            (self.io.open, Class::IoBound),
            (self.gpu.open, Class::GpuBound),
            (any_open(&self.cpu), Class::CpuBound),
            (self.ui.open, Class::UiBound),
        ]
        .into_iter()
        .find_map(|(open, class)| open.then_some(class))
        .unwrap_or_default()
    }
}

fn any_open(gates: &[Gate]) -> bool {
    gates.iter().any(|gate| gate.open)
}

fn each<const N: usize>(
    gates: [Gate; N],
    shares: [&Reading<Ratio>; N],
    bound: f64,
    confirmed: bool,
) -> [Gate; N] {
    array::from_fn(|i| gates[i].follow(shares[i], bound, confirmed))
}

/// Nearness of a reading to its threshold. What is absent is not near at all; what is unknown may
/// be.
fn score<T>(reading: &Reading<T>, of: impl FnOnce(&T) -> f64) -> Option<f64> {
    match reading.is_absent() {
        true => Some(0.0),
        false => reading.value().map(of),
    }
}

/// Whether processors are scarce and not only busy: tasks wait for them, a quota stops them, or
/// there are fewer of them than threads to run. Where the machine has neither reading, being busy
/// has to do; where one is only unknown, nothing is concluded.
fn is_scarce(evidence: &Evidence, signs: Signs, t: &Thresholds) -> bool {
    let pressure = &evidence.host.cpu_pressure;
    let pressed = pressure.value().is_some_and(|p| p.get() > t.cpu_pressed);
    let stopped = signs
        .throttled
        .is_some_and(|share| share.get() > t.cpu_pressed);
    let without = pressure.is_absent() && evidence.host.runnable.is_absent();
    pressed || stopped || signs.crowded == Some(true) || without
}

/// Opens after 3 of the last 5 ticks above the threshold, closes after 5 of 5 below a lower one. What is unknown is neither.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Gate {
    open: bool,
    /// The last five ticks, the newest lowest: above the threshold.
    above: u8,
    /// … : below the lower one.
    below: u8,
}

impl Gate {
    /// By a share and the bound above which it opens. A bound that is lower than the margin is left
    /// at half of it.
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
