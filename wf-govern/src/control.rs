//! The governor without a thread and without a clock: whoever calls [`Control::tick`] is both.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::act::{Outcome, act};
use super::config::{Config, Targets};
use super::decide::{Bound, Cause, Decision, Inputs, Mode, Move, Owed, State, step};
use super::evidence::{Evidence, History};
use super::journal::{Journal, Record};
use crate::knob::{Knob, KnobError, Position, Role};
use wf_instrument::Nanos;
use wf_instrument::fork;
use wf_instrument::snapshot::Snapshot;
use wf_sense::Readings;

/// Sense → diagnose → decide → act → verify, one tick at a time.
///
/// A tick costs some tens of microseconds for the evidence and a few for the decision, plus what the knobs' closures cost. A simulated engine drives it in virtual
/// time; [`Governor`](super::Governor) drives it from a thread.
#[derive(Debug)]
pub struct Control {
    config: Config,
    knobs: Vec<Knob>,
    mode: Mode,
    history: History,
    state: State,
    holds: Vec<(usize, Nanos)>,
    last_good: Vec<u64>,
    journal: Arc<Mutex<Journal>>,
}

impl Control {
    /// Reads where the knobs stand, and moves nothing.
    #[must_use]
    pub fn new(config: Config, mut knobs: Vec<Knob>) -> Self {
        let positions: Vec<_> = knobs.iter_mut().map(Knob::position).collect();
        let journal = Journal::of(positions.iter().map(|position| position.name.clone()));
        let last_good = positions.iter().map(|position| position.value).collect();
        Self {
            config,
            knobs,
            mode: Mode::Active,
            history: History::default(),
            state: State::default(),
            holds: Vec::new(),
            last_good,
            journal: Arc::new(Mutex::new(journal)),
        }
    }

    /// One tick at `now`. Every tick ends in the journal with its reason.
    pub fn tick(&mut self, now: Nanos, snapshot: Snapshot, readings: Readings) -> Decision {
        let stale_after = self.config.limits.stale_after;
        let inputs = Inputs {
            evidence: self.history.sense(now, snapshot, readings, stale_after),
            knobs: self.knobs.iter_mut().map(Knob::position).collect(),
            holds: std::mem::take(&mut self.holds),
            mode: self.mode,
        };
        let (state, decision) = step(std::mem::take(&mut self.state), &inputs, &self.config);
        self.state = state;
        let done = self.make(&decision);
        self.remember_good(&inputs, &decision);
        self.log(inputs, decision.clone(), done);
        decision
    }

    /// Whether decisions become moves. A trial in flight is taken back at the next tick when it is left.
    pub const fn set_mode(&mut self, mode: Mode) {
        self.mode = mode;
    }

    /// Whether decisions become moves.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Moves a knob for an operator, and leaves it alone until `until`.
    ///
    /// # Errors
    /// [`KnobError`] where there is no such knob or it does not move; nothing is held then.
    pub fn set(&mut self, name: &str, to: u64, now: Nanos, until: Nanos) -> Result<u64, KnobError> {
        let index = self.find(name)?;
        let wanted = Move::new(index, &self.knobs[index].position(), to);
        let applied = self.knobs[index].apply(to)?;
        self.holds.push((index, until));
        self.history.cut();
        let reason = format!("{wanted}: an operator asked for it");
        let done = Outcome {
            knob: wanted.knob.clone(),
            asked: to,
            result: Ok(applied),
        };
        self.intervene(now, (Cause::Operator, reason), vec![wanted], vec![done]);
        Ok(applied)
    }

    /// Gives a knob back to the governor: ends an operator's lease and a quarantine.
    ///
    /// # Errors
    /// [`KnobError::NoSuchKnob`].
    pub fn release(&mut self, name: &str, now: Nanos) -> Result<(), KnobError> {
        let index = self.find(name)?;
        self.knobs[index].release();
        self.holds.push((index, now));
        Ok(())
    }

    /// Puts every knob that it governs where it stood when all targets were last met, forgets what it saw, and goes on in `mode`. A knob
    /// that an operator holds stays; where nothing was being moved (advisory, paused), nothing is moved now.
    pub fn fall_back(&mut self, now: Nanos, mode: Mode, why: &str) {
        self.history = History::default();
        if self.mode != Mode::Active {
            return self.intervene(now, (Cause::Watchdog, why.into()), Vec::new(), Vec::new());
        }
        self.mode = mode;
        let positions: Vec<Position> = self.knobs.iter_mut().map(Knob::position).collect();
        let astray: Vec<(usize, u64)> = (0..positions.len())
            .filter(|&index| self.governs(index, now))
            .map(|index| (index, self.last_good[index]))
            .filter(|&(index, good)| positions[index].value != good)
            .collect();
        let moves: Vec<Move> = astray
            .iter()
            .map(|&(index, good)| Move::new(index, &positions[index], good))
            .collect();
        // What fails now is asked for again at the next ticks.
        let owed = astray
            .into_iter()
            .map(|(index, good)| Owed::new(index, good));
        self.state = self.state.forgotten(owed.collect());
        let done = act(&moves, &mut self.knobs);
        let reason = format!("{why}: back to the last good setting");
        self.intervene(now, (Cause::Watchdog, reason), moves, done);
    }

    /// Whether the governor moves this knob: the first of its role, unless an operator has it.
    fn governs(&self, index: usize, now: Nanos) -> bool {
        let role = self.knobs[index].role();
        let first = self.knobs.iter().position(|knob| knob.role() == role) == Some(index);
        let taken = self
            .holds
            .iter()
            .any(|&(held, until)| held == index && now < until);
        role != Role::Manual && first && !taken && !self.state.is_held(index, now)
    }

    pub(crate) const fn targets(&self) -> Targets {
        self.config.targets
    }

    pub(crate) fn journal(&self) -> Arc<Mutex<Journal>> {
        self.journal.clone()
    }

    /// Everything that was recorded lately, oldest first. Clones about 1 KiB a record.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        fork::lock(&self.journal).records()
    }

    /// Makes the moves, unless this is a dry run; what ends a trial is always made.
    fn make(&mut self, decision: &Decision) -> Vec<Outcome> {
        if !self.mode.makes(decision.cause) || decision.moves.is_empty() {
            return Vec::new();
        }
        self.history.cut();
        act(&decision.moves, &mut self.knobs)
    }

    fn remember_good(&mut self, inputs: &Inputs, decision: &Decision) {
        let calm = decision.trial.is_none() && decision.moves.is_empty();
        if calm && meets(&inputs.evidence, &self.config.targets) {
            self.last_good = inputs.knobs.iter().map(|knob| knob.value).collect();
        }
    }

    fn find(&self, name: &str) -> Result<usize, KnobError> {
        let found = self.knobs.iter().position(|knob| &**knob.name() == name);
        found.ok_or_else(|| KnobError::NoSuchKnob {
            name: name.to_owned(),
            registered: self
                .knobs
                .iter()
                .map(|k| &**k.name())
                .collect::<Vec<_>>()
                .join(", "),
        })
    }

    fn intervene(
        &self,
        now: Nanos,
        (cause, reason): (Cause, String),
        moves: Vec<Move>,
        done: Vec<Outcome>,
    ) {
        let evidence = Evidence {
            at: now,
            ..Evidence::default()
        };
        let inputs = Inputs {
            evidence,
            mode: self.mode,
            ..Inputs::default()
        };
        let bound_by = Bound::Operator;
        self.log(
            inputs,
            Decision {
                moves,
                cause,
                reason,
                bound_by,
                ..Decision::default()
            },
            done,
        );
    }

    fn log(&self, inputs: Inputs, decision: Decision, done: Vec<Outcome>) {
        let record = Record {
            inputs,
            decision,
            done,
            ..Record::default()
        };
        fork::lock(&self.journal).push(record);
    }
}

/// Whether everything promised was kept in this tick, and something was measured at all.
fn meets(evidence: &Evidence, targets: &Targets) -> bool {
    let within = |value: Option<Nanos>, target: Option<Nanos>| match (value, target) {
        (_, None) => true,
        (Some(value), Some(target)) => value <= target,
        (None, Some(_)) => false,
    };
    evidence.missing.is_none()
        && within(
            evidence.time_to_first_token.p90,
            targets.time_to_first_token,
        )
        && within(evidence.inter_token, targets.inter_token)
}

/// A poisoned lock is no reason to stop: what it protects is replaced as a whole or appended to.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
