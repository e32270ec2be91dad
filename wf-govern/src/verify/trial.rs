//! One trial, from its registration to its ruling.

use std::fmt;
use std::sync::Arc;

use super::guard::{Baseline, Tally, unbearable};
use super::sample::{Sample, mean};
use super::statistic::{Effect, Ruling, harmless, look};
use super::{Arm, Method};
use crate::decide::Seen;

/// What was registered before the first sample, and the samples so far.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trial {
    id: u64,
    index: usize,
    knob: Arc<str>,
    from: u64,
    to: u64,
    method: Method,
    /// Where every knob stood before.
    saved: Vec<u64>,
    baseline: Baseline,
    tally: Tally,
    arm: Arm,
    /// Ticks of the block in progress; the first one only settles.
    ticks: usize,
    block: Vec<Sample>,
    blocks: Vec<(Arm, Vec<Sample>)>,
}

/// What a trial asks for after a tick.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Next {
    Wait(String),
    Switch(u64, String),
    Keep(String),
    /// The new setting was found wanting.
    RollBack(String),
    /// The trial cannot go on.
    GiveUp(String),
}

impl Trial {
    /// `before` are the ticks since the last move: where they are enough, a before-and-after trial need not wait for its "before".
    pub(crate) fn register(
        id: u64,
        (index, to): (usize, u64),
        method: Method,
        before: Vec<Sample>,
        seen: &Seen<'_>,
    ) -> Self {
        let knob = &seen.inputs.knobs[index];

        let block = match method {
            Method::BeforeAfter => before,
            Method::Switchback => Vec::new(),
        };
        Self {
            id,
            index,
            knob: knob.name.clone(),
            from: knob.value,
            to,
            method,
            saved: seen.inputs.knobs.iter().map(|knob| knob.value).collect(),
            baseline: Baseline::default(),
            tally: Tally::default(),
            arm: Arm::Old,
            ticks: 0,
            block,
            blocks: Vec::new(),
        }
    }

    /// Takes one tick in.
    pub(crate) fn advance(&mut self, seen: &Seen<'_>) -> Next {
        if let Some(why) = self.spoiled(seen) {
            return Next::GiveUp(format!("{self} given up: {why}"));
        }
        if let Some(breach) = self.breach(seen) {
            return match self.arm {
                Arm::New => Next::RollBack(format!("{self} taken back at once: {breach}")),
                // The limit stands still during a trial, and has to move now.
                Arm::Old => Next::GiveUp(format!("{self} given up: {breach}")),
            };
        }
        self.take(seen);
        if self.block.len() < BLOCK {
            return Next::Wait(format!("{self}: {} of {BLOCK} ticks", self.block.len()));
        }
        self.end_block()
    }

    pub(crate) const fn index(&self) -> usize {
        self.index
    }

    pub(crate) const fn to(&self) -> u64 {
        self.to
    }

    pub(crate) const fn from(&self) -> u64 {
        self.from
    }

    /// Where the knob stands unless somebody else moved it.
    pub(crate) const fn expected(&self) -> u64 {
        self.value(self.arm)
    }

    pub(crate) const fn method(&self) -> Method {
        self.method
    }

    pub(crate) fn status(&self) -> TrialStatus {
        TrialStatus {
            id: self.id,
            knob: self.knob.clone(),
            from: self.from,
            to: self.to,
            method: self.method,
            arm: self.arm,
            blocks: self.blocks.len(),
        }
    }

    /// Somebody else moved a knob, this one or another that may have had a hand in what was seen; or nothing usable came for too long.
    fn spoiled(&self, seen: &Seen<'_>) -> Option<String> {
        let expected = |index: usize, saved: u64| match index == self.index {
            true => self.expected(),
            false => saved,
        };
        for (index, (knob, &saved)) in seen.inputs.knobs.iter().zip(&self.saved).enumerate() {
            let expected = expected(index, saved);
            if knob.value != expected {
                let (name, found) = (&knob.name, knob.value);
                return Some(format!("{name} stands at {found} and not at {expected}"));
            }
        }
        let starved = self.ticks > MOST_TICKS;
        starved.then(|| "too few requests wait to tell".to_owned())
    }

    fn breach(&mut self, seen: &Seen<'_>) -> Option<String> {
        if self.arm == Arm::Old {
            return unbearable(seen.evidence(), &seen.config.targets);
        }
        self.tally = self.tally.plus(seen.evidence());
        self.baseline
            .breach(seen.evidence(), self.tally, &seen.config.targets)
    }

    /// The first tick of a block settles. In a switchback, while nobody waits, the old setting's throughput is what was asked of it
    /// and not what it can do, so such a tick says nothing; the new setting's is then a lower bound, which is fair to take.
    fn take(&mut self, seen: &Seen<'_>) {
        self.ticks += 1;
        let settling = self.ticks == 1 && self.block.is_empty();
        let counts =
            |s: &Sample| self.method == Method::BeforeAfter || self.arm == Arm::New || s.limited;
        let sample = Sample::of(seen.evidence()).filter(counts);
        self.block.extend(sample.filter(|_| !settling));
    }

    fn end_block(&mut self) -> Next {
        if self.blocks.is_empty() {
            self.baseline = Baseline::of(&self.block);
        }
        self.blocks
            .push((self.arm, std::mem::take(&mut self.block)));
        self.ticks = 0;
        match self.ruling() {
            Ruling::Keep(effect) => Next::Keep(format!("{self} kept: {}", self.told(effect))),
            Ruling::RollBack(effect) => {
                Next::RollBack(format!("{self} taken back: {}", self.told(effect)))
            }
            Ruling::Undecided(_) => self.next_block(),
        }
    }

    fn next_block(&mut self) -> Next {
        let next = arm_of(self.method, self.blocks.len());
        let from = std::mem::replace(&mut self.arm, next);
        let why = format!(
            "{self}, block {}: {}",
            self.blocks.len() + 1,
            self.value(next)
        );
        if from == next {
            Next::Wait(why)
        } else {
            Next::Switch(self.value(next), why)
        }
    }

    fn ruling(&self) -> Ruling {
        let undecided = Ruling::Undecided(Effect {
            log_ratio: 0.0,
            margin: f64::INFINITY,
        });
        match (self.method, self.blocks.as_slice()) {
            (Method::BeforeAfter, [(_, before), (_, after)]) => harmless(before, after),
            (Method::Switchback, blocks) if blocks.len().is_multiple_of(2) => look(&pairs(blocks)),
            _ => undecided,
        }
    }

    fn told(&self, effect: Effect) -> String {
        match self.method {
            Method::Switchback => format!(
                "tokens/s {:+.1} % ± {:.1} after {} pairs",
                effect.percent(),
                effect.percent_margin(),
                self.blocks.len() / 2
            ),
            Method::BeforeAfter => {
                format!("tokens/s {:+.1} % from before to after", effect.percent())
            }
        }
    }

    const fn value(&self, arm: Arm) -> u64 {
        match arm {
            Arm::Old => self.from,
            Arm::New => self.to,
        }
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "trial {} of {} {} → {}",
            self.id, self.knob, self.from, self.to
        )
    }
}

/// A trial as others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialStatus {
    /// Its number.
    pub id: u64,
    /// The knob on trial.
    pub knob: Arc<str>,
    /// The setting from before.
    pub from: u64,
    /// The setting on trial.
    pub to: u64,
    /// How it is run.
    pub method: Method,
    /// The setting in force.
    pub arm: Arm,
    /// Blocks completed.
    pub blocks: usize,
}

/// Once over, or A B B A A B B A …: each pair holds both, and a steady drift falls on both alike.
const fn arm_of(method: Method, block: usize) -> Arm {
    match (method, block, block % 4) {
        (Method::BeforeAfter, 0, _) | (Method::Switchback, _, 0 | 3) => Arm::Old,
        _ => Arm::New,
    }
}

/// ln(new/old) of each pair of blocks.
fn pairs(blocks: &[(Arm, Vec<Sample>)]) -> Vec<f64> {
    let tokens = |block: &[Sample]| mean(block.iter().map(|s| s.tokens)).unwrap_or(f64::NAN);
    let pair = |two: &[(Arm, Vec<Sample>)]| {
        let log_ratio = (tokens(&two[1].1) / tokens(&two[0].1)).ln();
        if two[0].0 == Arm::Old {
            log_ratio
        } else {
            -log_ratio
        }
    };
    blocks.chunks_exact(2).map(pair).collect()
}

/// Ticks of a block that count: with the one that settles, a block takes five seconds.
const BLOCK: usize = 4;

/// A block that has not come together after so many ticks will not.
const MOST_TICKS: usize = 4 * BLOCK;
