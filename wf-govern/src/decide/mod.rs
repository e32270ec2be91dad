//! From evidence to moves: a pure function of the state, one tick's inputs and the configuration.
//!
//! [`step`] reads no clock, does no I/O, draws no random number and keeps its sums in a fixed order: the same inputs give the same decisions,
//! so a journal can be replayed. Two controllers: the [`concurrency`] limit follows the inter-token latency each tick; the [`workers`] move one
//! notch at a time, each move a [`Trial`](super::verify::Trial). While a trial runs, the concurrency limit is frozen.

mod concurrency;
mod opinion;
mod trial;
mod workers;

use std::collections::VecDeque;

pub(crate) use self::opinion::Opinion;
pub use self::opinion::{Bound, Cause, Decision, Move};
pub(crate) use self::trial::Owed;
use super::config::Config;
use super::diagnose::{self, Diagnosis, diagnose};
use super::evidence::Evidence;
use super::ledger::{Held, Ledger, Owner};
use super::verify::{Sample, Trial};
use crate::knob::{Position, Role};
use wf_instrument::Nanos;

/// Everything that a tick decides from. Kept in the journal, so that it can be decided again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inputs {
    /// What was measured.
    pub evidence: Evidence,
    /// Where the knobs stand, in their order of registration.
    pub knobs: Vec<Position>,
    /// Knobs that an operator has taken since the last tick, and until when.
    pub holds: Vec<(usize, Nanos)>,
    /// Whether moves will be made.
    pub mode: Mode,
}

/// Whether decisions become moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// They do.
    #[default]
    Active,
    /// They are journaled and not made: a dry run.
    Advisory,
    /// Nothing is decided.
    Paused,
}

impl Mode {
    /// Whether moves for that reason are made: what ends a trial always is.
    pub(crate) fn makes(self, cause: Cause) -> bool {
        self == Self::Active || cause == Cause::RolledBack
    }
}

/// What has to be remembered from tick to tick.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    diagnosis: diagnose::State,
    concurrency: concurrency::State,
    workers: workers::State,
    ledger: Ledger,
    trial: Option<Trial>,
    trials: u64,
    recent: VecDeque<(Nanos, Sample)>,
    owed: Vec<Owed>,
    /// Where the knobs stood at the last tick.
    stood: Vec<u64>,
}

/// One tick.
#[must_use]
pub fn step(mut state: State, inputs: &Inputs, config: &Config) -> (State, Decision) {
    let (remembered, diagnosis) = diagnose(
        state.diagnosis,
        &inputs.evidence,
        &config.thresholds,
        &config.targets,
    );
    state.diagnosis = remembered;
    state.grant(inputs);
    state.notice(inputs);
    let seen = Seen {
        inputs,
        diagnosis,
        config,
    };
    let opinion = state.decide(&seen).in_words_of(inputs.mode);
    state.remember(&seen, &opinion);
    let decision = Decision::new(opinion, diagnosis, state.trial.as_ref());
    (state, decision)
}

/// What the controllers look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) inputs: &'a Inputs,
    pub(crate) diagnosis: Diagnosis,
    pub(crate) config: &'a Config,
}

impl<'a> Seen<'a> {
    pub(crate) const fn now(&self) -> Nanos {
        self.inputs.evidence.at
    }

    pub(crate) const fn evidence(&self) -> &'a Evidence {
        &self.inputs.evidence
    }

    /// The first knob of a role, and its number.
    pub(crate) fn knob(&self, role: Role) -> Option<(usize, &'a Position)> {
        self.inputs
            .knobs
            .iter()
            .enumerate()
            .find(|(_, knob)| knob.role == role)
    }
}

impl State {
    /// A fresh start, without a trial, that still knows what operators hold, and that owes `owed`.
    pub(crate) fn forgotten(&self, owed: Vec<Owed>) -> Self {
        let mut ledger = self.ledger.clone();
        ledger.release(Owner::Trial);
        Self {
            ledger,
            owed,
            ..Self::default()
        }
    }

    /// Whether an operator has the knob.
    pub(crate) fn is_held(&self, knob: usize, now: Nanos) -> bool {
        self.ledger.ask(knob, Owner::Loop, now) == Err(Held::By(Owner::Operator))
    }

    fn grant(&mut self, inputs: &Inputs) {
        for &(knob, until) in &inputs.holds {
            self.ledger
                .lease(knob, Owner::Operator, inputs.evidence.at, until);
            self.owed.retain(|owed| owed.index != knob);
        }
    }

    /// Whoever moved a knob: what was seen before it says nothing about the time after it.
    fn notice(&mut self, inputs: &Inputs) {
        let stand: Vec<u64> = inputs.knobs.iter().map(|knob| knob.value).collect();
        if stand != self.stood {
            self.recent.clear();
            self.stood = stand;
        }
    }

    fn decide(&mut self, seen: &Seen<'_>) -> Opinion {
        let overdue = self.pay(seen);
        if !overdue.is_empty() {
            let why = "the last move did not take: once more".into();
            return Opinion::change(overdue, Cause::RolledBack, Bound::Ledger, why);
        }
        if seen.inputs.mode != Mode::Active
            && let Some(trial) = self.trial.take()
        {
            return self.give_up(
                &trial,
                seen,
                "the trial in flight ends with the mode".into(),
            );
        }
        if seen.inputs.mode == Mode::Paused {
            return Opinion::hold(Bound::Operator, "paused".into());
        }
        if let Some(missing) = seen.evidence().missing {
            // What cannot be watched must not go on.
            if let Some(trial) = self.trial.take() {
                return self.give_up(&trial, seen, format!("the trial is blind: {missing}"));
            }
            return Opinion::hold(Bound::Evidence, missing.to_string());
        }
        if self.trial.is_some() {
            return self.continue_trial(seen);
        }
        let limit = concurrency::decide(&mut self.concurrency, &self.ledger, seen);
        let workers = workers::consider(&mut self.workers, &self.ledger, &limit, seen);
        if !limit.moves.is_empty() {
            return limit;
        }
        match workers {
            Some(wish) => self.begin_trial(wish, limit, seen),
            None => limit,
        }
    }

    /// The ticks since the last move: what a trial takes as its "before".
    fn remember(&mut self, seen: &Seen<'_>, opinion: &Opinion) {
        if !opinion.moves.is_empty() {
            self.recent.clear();
            return;
        }
        let oldest = seen.now().since(RECENT);
        self.recent.retain(|&(at, _)| at >= oldest);
        let sample = Sample::of(seen.evidence());
        self.recent
            .extend(sample.map(|sample| (seen.now(), sample)));
    }
}

const RECENT: Nanos = Nanos::from_secs(8);

#[cfg(test)]
mod tests;
