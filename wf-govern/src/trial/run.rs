//! One trial, from its registration to its end.

use super::sample::Sample;
use super::status::{Arm, Method, TrialStatus};
use super::stop_rules::{Baseline, Tally, emergency};
use crate::config::Targets;
use crate::evidence::{Evidence, RequestEvidence};
use crate::inputs::Inputs;
use crate::stats::{Effect, Observation, Summary, Verdict, non_inferiority_test, sequential_test};

/// Registration of a trial, and the samples so far.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trial {
    index: usize,
    status: TrialStatus,
    /// Values of all knobs at the registration.
    registered: Vec<u64>,
    baseline: Baseline,
    tally: Tally,
    /// Ticks of the block in progress; in the first one the setting settles.
    ticks: usize,
    block: Vec<Sample>,
    blocks: Vec<(Arm, Vec<Sample>)>,
}

/// Result of one tick of a trial, with its reason.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// Wait for the next tick.
    Wait(String),
    /// Move the knob to the other setting.
    Switch(u64, String),
    /// Keep the new setting.
    Keep(String),
    /// Roll back: the new setting is not better, or worse.
    RollBack(String),
    /// The trial cannot be finished.
    Abort(String),
}

impl Trial {
    /// Registers a trial that moves knob `index` to `to`.
    ///
    /// `before` holds the evidence since the last move: with enough of it, a before-after trial
    /// need not wait for its first block.
    pub(crate) fn register<'a>(
        id: u64,
        (index, to): (usize, u64),
        method: Method,
        before: impl IntoIterator<Item = &'a Evidence>,
        inputs: &Inputs,
    ) -> Self {
        let knob = &inputs.knobs[index];
        let sample = |evidence: &Evidence| {
            let requests = evidence.requests_of(knob.model.as_deref());
            Sample::of(evidence, requests)
        };
        let block = match method {
            Method::BeforeAfter => before.into_iter().filter_map(sample).collect(),
            Method::Switchback => Vec::new(),
        };
        Self {
            index,
            status: TrialStatus {
                id,
                knob: knob.name.clone(),
                from: knob.value,
                to,
                method,
                arm: Arm::Old,
                blocks: 0,
            },
            registered: inputs.knobs.iter().map(|knob| knob.value).collect(),
            baseline: Baseline::default(),
            tally: Tally::default(),
            ticks: 0,
            block,
            blocks: Vec::new(),
        }
    }

    /// Takes in one tick.
    pub(crate) fn advance(&mut self, inputs: &Inputs, targets: &Targets) -> Step {
        let status = self.status();
        if let Some(why) = self.disturbed(inputs) {
            return Step::Abort(format!("{status} aborted: {why}"));
        }
        if let Some(harm) = self.harm(inputs, targets) {
            return match self.arm() {
                Arm::New => Step::RollBack(format!("{status} rolled back at once: {harm}")),
                // The concurrency limit stands still during a trial, and has to move now.
                Arm::Old => Step::Abort(format!("{status} aborted: {harm}")),
            };
        }
        self.take(inputs);
        if self.block.len() < BLOCK {
            let ticks = self.block.len();
            return Step::Wait(format!("{status}: {ticks} of {BLOCK} ticks"));
        }
        self.end_block()
    }

    /// Number of the knob on trial.
    pub(crate) const fn index(&self) -> usize {
        self.index
    }

    pub(crate) const fn to(&self) -> u64 {
        self.status.to
    }

    pub(crate) const fn from(&self) -> u64 {
        self.status.from
    }

    /// Value of the knob unless something else has moved it.
    pub(crate) const fn expected(&self) -> u64 {
        self.value(self.arm())
    }

    pub(crate) const fn method(&self) -> Method {
        self.status.method
    }

    pub(crate) fn status(&self) -> TrialStatus {
        TrialStatus {
            blocks: self.blocks.len(),
            ..self.status.clone()
        }
    }

    const fn arm(&self) -> Arm {
        self.status.arm
    }

    /// Something else moved a knob (any knob may have had an effect), or a block found no usable
    /// ticks for too long.
    fn disturbed(&self, inputs: &Inputs) -> Option<String> {
        for (index, (knob, &registered)) in inputs.knobs.iter().zip(&self.registered).enumerate() {
            let expected = match index == self.index {
                true => self.expected(),
                false => registered,
            };
            if knob.value != expected {
                let (name, found) = (&knob.name, knob.value);
                return Some(format!("{name} is at {found} and not at {expected}"));
            }
        }
        let starved = self.ticks > MOST_TICKS;
        starved.then(|| "too few requests wait to measure its effect".to_owned())
    }

    /// The requests that the knob on trial serves.
    fn requests<'a>(&self, inputs: &'a Inputs) -> &'a RequestEvidence {
        let knob = inputs.knobs.get(self.index);
        let model = knob.and_then(|knob| knob.model.as_deref());
        inputs.evidence.requests_of(model)
    }

    fn harm(&mut self, inputs: &Inputs, targets: &Targets) -> Option<String> {
        let evidence = &inputs.evidence;
        let requests = self.requests(inputs);
        if self.arm() == Arm::Old {
            return emergency(evidence, requests, targets);
        }
        self.tally = self.tally.plus(requests);
        self.baseline.harm(evidence, requests, self.tally, targets)
    }

    /// The first tick of a block settles. In a switchback without waiting requests, the old
    /// setting's throughput is what was asked of it and not what it can do, so that tick says
    /// nothing. The new setting's is then a lower bound, which is fair to use.
    fn take(&mut self, inputs: &Inputs) {
        self.ticks += 1;
        let settling = self.ticks == 1 && self.block.is_empty();
        let usable = |sample: &Sample| {
            let limited = sample.observation.limited;
            self.method() == Method::BeforeAfter || self.arm() == Arm::New || limited
        };
        let sample = Sample::of(&inputs.evidence, self.requests(inputs)).filter(usable);
        self.block.extend(sample.filter(|_| !settling));
    }

    fn end_block(&mut self) -> Step {
        if self.blocks.is_empty() {
            self.baseline = Baseline::of(&self.block);
        }
        let block = std::mem::take(&mut self.block);
        self.blocks.push((self.arm(), block));
        self.ticks = 0;
        let status = self.status();
        match self.test() {
            Verdict::Accept(effect) => Step::Keep(format!("{status} kept: {}", self.words(effect))),
            Verdict::Reject(effect) => {
                Step::RollBack(format!("{status} rolled back: {}", self.words(effect)))
            }
            // There is no third block that could decide it.
            Verdict::Undecided(effect)
                if self.method() == Method::BeforeAfter && self.blocks.len() == 2 =>
            {
                Step::RollBack(format!("{status} rolled back: {}", self.words(effect)))
            }
            Verdict::Undecided(_) => self.next_block(),
        }
    }

    fn next_block(&mut self) -> Step {
        let next = arm_of(self.method(), self.blocks.len());
        let last = std::mem::replace(&mut self.status.arm, next);
        let (status, block, to) = (self.status(), self.blocks.len() + 1, self.value(next));
        let why = format!("{status}, block {block} at {to}");
        match last == next {
            true => Step::Wait(why),
            false => Step::Switch(to, why),
        }
    }

    fn test(&self) -> Verdict {
        let observations = |block: &[Sample]| -> Vec<Observation> {
            block.iter().map(|sample| sample.observation).collect()
        };
        match (self.method(), self.blocks.as_slice()) {
            (Method::BeforeAfter, [(_, before), (_, after)]) => {
                non_inferiority_test(&observations(before), &observations(after))
            }
            (Method::Switchback, blocks) if blocks.len().is_multiple_of(2) => {
                sequential_test(&log_ratios(blocks))
            }
            _ => Verdict::Undecided(Effect::UNKNOWN),
        }
    }

    fn words(&self, effect: Effect) -> String {
        match self.method() {
            Method::Switchback => {
                format!("tokens/s {effect} after {} pairs", self.blocks.len() / 2)
            }
            Method::BeforeAfter => format!("tokens/s {effect} from before to after"),
        }
    }

    const fn value(&self, arm: Arm) -> u64 {
        match arm {
            Arm::Old => self.status.from,
            Arm::New => self.status.to,
        }
    }
}

/// Once over, or A B B A A B B A …: each pair holds both arms, and a steady drift falls on both
/// alike.
const fn arm_of(method: Method, block: usize) -> Arm {
    match (method, block, block % 4) {
        (Method::BeforeAfter, 0, _) | (Method::Switchback, _, 0 | 3) => Arm::Old,
        _ => Arm::New,
    }
}

/// ln(new / old) of each pair of blocks.
fn log_ratios(blocks: &[(Arm, Vec<Sample>)]) -> Vec<f64> {
    let rate = |block: &[Sample]| {
        let rates = block.iter().map(|sample| sample.observation.rate);
        Summary::mean_of(rates).unwrap_or(f64::NAN)
    };
    let pair = |two: &[(Arm, Vec<Sample>)]| {
        let log_ratio = (rate(&two[1].1) / rate(&two[0].1)).ln();
        match two[0].0 {
            Arm::Old => log_ratio,
            Arm::New => -log_ratio,
        }
    };
    blocks.chunks_exact(2).map(pair).collect()
}

/// Ticks of a block that count: with the one that settles, a block takes five seconds.
const BLOCK: usize = 4;

/// A block that is not complete after so many ticks will not be.
const MOST_TICKS: usize = 4 * BLOCK;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knob::Knob;

    #[test]
    fn a_trial_before_and_after_that_ends_undecided_is_rolled_back() {
        let knob = Knob::new("threads", 1..=16, || 1, Ok).position();
        let inputs = Inputs {
            knobs: vec![knob],
            ..Inputs::default()
        };
        let mut trial = Trial::register(1, (0, 2), Method::BeforeAfter, [], &inputs);
        let unusable = Sample {
            observation: Observation {
                rate: f64::NAN,
                tail: None,
                limited: true,
            },
            inter_token_latency: 0.02,
            cancelled_before_first_token: 0,
            failed: 0,
        };
        trial.block = vec![unusable; BLOCK];
        assert!(matches!(trial.end_block(), Step::Switch(2, _)));
        trial.block = vec![unusable; BLOCK];
        let end = trial.end_block();
        let unknown = "rolled back: tokens/s unknown from before to after";
        assert!(
            matches!(&end, Step::RollBack(why) if why.ends_with(unknown)),
            "{end:?}"
        );
    }
}
