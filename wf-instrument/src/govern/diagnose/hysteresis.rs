//! A class is entered and left slowly, so that one odd second changes nothing.

use super::{Class, Scores, Signs, Thresholds};
use crate::govern::evidence::Evidence;

/// What is remembered from tick to tick: one gate a class.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct State {
    memory: Gate,
    io: Gate,
    gpu: Gate,
    cpu: Gate,
    ui: Gate,
}

impl State {
    pub(super) fn after(
        self,
        evidence: &Evidence,
        scores: Scores,
        signs: Signs,
        t: &Thresholds,
    ) -> Self {
        let pressed = is_scarce(evidence, signs, t);
        // Where nothing is drawn, nobody waits for a frame.
        let ui = Some(scores.ui.unwrap_or(0.0));
        // A bound that is lower than the margin is left at half of it.
        let below = |bound: f64| (1.0 - MARGIN / bound).max(0.5);
        // More frames than were promised are never asked for.
        let enough = (t.frames_short + MARGIN).min(f64::midpoint(t.frames_short, 1.0));
        Self {
            memory: self.memory.after(scores.memory, below(t.memory_full), true),
            io: self.io.after(scores.io, 1.0 - MARGIN, true),
            gpu: self.gpu.after(scores.gpu, below(t.gpu_busy), true),
            cpu: self.cpu.after(scores.cpu, below(t.cpu_busy), pressed),
            ui: self.ui.after(ui, t.frames_short / enough, true),
        }
    }

    /// The most dangerous one: memory ends the process, the disk and the GPU starve the processors, and those the interface.
    pub(super) fn class(self) -> Class {
        [
            (self.memory, Class::MemoryBound),
            (self.io, Class::IoBound),
            (self.gpu, Class::GpuBound),
            (self.cpu, Class::CpuBound),
            (self.ui, Class::UiBound),
        ]
        .into_iter()
        .find_map(|(gate, class)| gate.open.then_some(class))
        .unwrap_or_default()
    }
}

/// Whether processors are scarce and not only busy: tasks wait for them, a quota stops them, or there are fewer of them than threads to run. Where
/// neither can ever be told, being busy has to do.
fn is_scarce(evidence: &Evidence, signs: Signs, t: &Thresholds) -> bool {
    let pressure = &evidence.host.cpu_pressure;
    let pressed = pressure.value().is_some_and(|p| p.get() > t.cpu_pressed);
    let stopped = signs
        .throttled
        .is_some_and(|share| share.get() > t.cpu_pressed);
    let untold = pressure.is_absent() && signs.crowded.is_none();
    pressed || stopped || signs.crowded == Some(true) || untold
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
