//! A governor without a thread and without a clock: the caller of [`Control::tick`] has both.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::act::{MoveResult, act};
use super::arbiter::{PendingMove, State, step};
use super::config::{Config, Limits, StartError, Targets};
use super::controllers;
use super::decision::{Cause, Constraint, Decision, Move};
use super::evidence::{Evidence, FastEvidence, Recent};
use super::inputs::{Inputs, Mode};
use super::journal::{Journal, Record};
use crate::knob::{Knob, KnobError, Position};
use wf_instrument::Nanos;
use wf_instrument::fork;
use wf_instrument::snapshot::Snapshot;
use wf_sense::{FastReadings, Readings};

/// A governor that is driven tick by tick, in real or in virtual time.
///
/// A tick computes the evidence, decides, moves the knobs and writes a journal record. A simulated
/// engine drives it in virtual time; [`Governor`](crate::Governor) drives it from a thread.
///
/// ```
/// use wf_govern::knob::Knob;
/// use wf_govern::sense::Readings;
/// use wf_govern::{Config, Control, Mode};
/// use wf_instrument::snapshot::Snapshot;
///
/// let mut control = Control::new(Config::default(), vec![Knob::concurrency(1..=64, || 8, Ok)])?;
/// control.set_mode(Mode::Advisory); // a dry run
/// let snapshot = Snapshot::take();
/// let decision = control.tick(snapshot.at, snapshot, Readings::default());
/// assert!(decision.moves.is_empty(), "the first tick has no window");
/// # Ok::<(), wf_govern::StartError>(())
/// ```
#[derive(Debug)]
pub struct Control {
    config: Config,
    knobs: Vec<Knob>,
    mode: Mode,
    recent: Recent,
    fast: FastEvidence,
    state: State,
    leases: Vec<(usize, Nanos)>,
    last_good: Vec<u64>,
    journal: Arc<Mutex<Journal>>,
}

impl Control {
    /// Creates a governor of `knobs`. Reads their values and moves nothing.
    ///
    /// # Errors
    /// [`StartError`]: two knobs of one name, a target of 0 s, a threshold that is not a share, or
    /// a limit out of its range.
    pub fn new(config: Config, mut knobs: Vec<Knob>) -> Result<Self, StartError> {
        config.check(&knobs)?;
        let positions: Vec<_> = knobs.iter_mut().map(Knob::position).collect();
        let journal = Journal::of(positions.iter().map(|position| position.name.clone()));
        let last_good = positions.iter().map(|position| position.value).collect();
        Ok(Self {
            config,
            knobs,
            mode: Mode::Active,
            recent: Recent::default(),
            fast: FastEvidence::default(),
            state: State::default(),
            leases: Vec::new(),
            last_good,
            journal: Arc::new(Mutex::new(journal)),
        })
    }

    /// Runs one tick at `now`. Every tick leaves a journal record with its reason.
    pub fn tick(&mut self, now: Nanos, snapshot: Snapshot, readings: Readings) -> Decision {
        let stale_after = self.config.limits.stale_after;
        let fast = std::mem::take(&mut self.fast);
        let evidence = self.recent.sense(now, snapshot, readings, stale_after);
        let inputs = Inputs {
            evidence: Evidence { fast, ..evidence },
            knobs: self.knobs.iter_mut().map(Knob::position).collect(),
            leases: self.leases.clone(),
            mode: self.mode,
        };
        // What stays if the decision panics: no lease by hand is lost.
        let restarted = self.state.restarted(Vec::new());
        let state = std::mem::replace(&mut self.state, restarted);
        let (state, decision) = step(state, &inputs, &self.config);
        self.state = state;
        self.leases.clear();
        let outcomes = self.make(&decision);
        self.remember_good(&inputs, &decision);
        self.log(inputs, decision.clone(), outcomes);
        decision
    }

    /// Takes in fast readings, between two ticks.
    ///
    /// Moves nothing: they are evidence of the next tick.
    pub fn fast_readings(&mut self, fast: &FastReadings) {
        self.fast.record(fast, self.config.limits.stale_after);
    }

    /// Takes in what was gathered of fast readings, as the evidence of the next tick.
    pub(crate) const fn fast_evidence(&mut self, gathered: FastEvidence) {
        self.fast = gathered;
    }

    /// Sets the mode. A trial in flight is rolled back at the next tick if the mode is not
    /// [`Mode::Active`].
    pub const fn set_mode(&mut self, mode: Mode) {
        self.mode = mode;
    }

    /// Returns the mode.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Sets a knob by hand and leases it until `until`: the governor leaves it alone.
    ///
    /// # Errors
    /// [`KnobError`] if there is no such knob or it does not move. Then there is no lease.
    pub fn set(&mut self, name: &str, to: u64, now: Nanos, until: Nanos) -> Result<u64, KnobError> {
        let index = self.find(name)?;
        let wanted = Move::new(index, &self.knobs[index].position(), to);
        let applied = self.knobs[index].apply(to)?;
        self.leases.push((index, until));
        self.recent.cut();
        let reason = format!("{wanted}: set by hand");
        let outcome = MoveResult {
            knob: wanted.knob.clone(),
            asked: to,
            result: Ok(applied),
        };
        self.intervene(now, (Cause::Operator, reason), vec![wanted], vec![outcome]);
        Ok(applied)
    }

    /// Returns a knob to the governor: ends its lease and its quarantine.
    ///
    /// # Errors
    /// [`KnobError::NoSuchKnob`].
    pub fn release(&mut self, name: &str, now: Nanos) -> Result<(), KnobError> {
        let index = self.find(name)?;
        self.knobs[index].release();
        self.leases.push((index, now));
        Ok(())
    }

    /// Restores the last setting that met all targets, forgets the evidence and goes on in `mode`.
    ///
    /// Leased knobs stay. In the modes advisory and paused nothing is moved.
    pub(crate) fn fall_back(&mut self, now: Nanos, mode: Mode, why: &str) {
        self.recent = Recent::default();
        if self.mode != Mode::Active {
            return self.intervene(now, (Cause::Watchdog, why.into()), Vec::new(), Vec::new());
        }
        self.mode = mode;
        let positions: Vec<Position> = self.knobs.iter_mut().map(Knob::position).collect();
        let off: Vec<(usize, u64)> = (0..positions.len())
            .filter(|&index| self.governs(&positions, index, now))
            .map(|index| (index, self.last_good[index]))
            .filter(|&(index, good)| positions[index].value != good)
            .collect();
        let moves: Vec<Move> = off
            .iter()
            .map(|&(index, good)| Move::new(index, &positions[index], good))
            .collect();
        // A move that fails now is tried again in the next ticks.
        let pending = off
            .into_iter()
            .map(|(index, good)| PendingMove::new(index, good));
        self.state = self.state.restarted(pending.collect());
        let outcomes = act(&moves, &mut self.knobs);
        let reason = format!("{why}: the last good setting is restored");
        self.intervene(now, (Cause::Watchdog, reason), moves, outcomes);
    }

    /// Returns whether the governor moves this knob: it has a controller and no lease.
    fn governs(&self, knobs: &[Position], index: usize, now: Nanos) -> bool {
        let mut leases = self.leases.iter();
        let leased = leases.any(|&(leased, until)| leased == index && now < until);
        let leased = leased || self.state.is_leased(index, now);
        controllers::is_governed(knobs, index) && !leased
    }

    pub(crate) const fn targets(&self) -> Targets {
        self.config.targets
    }

    pub(crate) const fn limits(&self) -> &Limits {
        &self.config.limits
    }

    pub(crate) fn journal(&self) -> Arc<Mutex<Journal>> {
        self.journal.clone()
    }

    /// Returns the last records, oldest first: a copy of each.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        fork::lock(&self.journal).records()
    }

    /// Makes the moves, except in a dry run. A rollback is always made.
    fn make(&mut self, decision: &Decision) -> Vec<MoveResult> {
        if !decision.cause.is_made_in(self.mode) || decision.moves.is_empty() {
            return Vec::new();
        }
        self.recent.cut();
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
        outcomes: Vec<MoveResult>,
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
        let decision = Decision::change(moves, cause, Constraint::Operator, reason);
        self.log(inputs, decision, outcomes);
    }

    fn log(&self, inputs: Inputs, decision: Decision, outcomes: Vec<MoveResult>) {
        let record = Record {
            inputs,
            decision,
            outcomes,
            ..Record::default()
        };
        fork::lock(&self.journal).push(record);
    }
}

/// Returns whether all targets were met in this tick, by measurements.
fn meets(evidence: &Evidence, targets: &Targets) -> bool {
    let within = |value: Option<Nanos>, target: Option<Nanos>| match (value, target) {
        (_, None) => true,
        (Some(value), Some(target)) => value <= target,
        (None, Some(_)) => false,
    };
    evidence.missing.is_none()
        && within(
            evidence.requests.time_to_first_token.p90,
            targets.time_to_first_token,
        )
        && within(
            evidence.requests.inter_token_latency,
            targets.inter_token_latency,
        )
}

/// Locks also after a panic: the content is replaced as a whole or appended to.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
