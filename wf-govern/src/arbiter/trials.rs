//! Begin, progress and end of a trial.

use super::pending::{PendingMove, TRIES};
use super::state::State;
use crate::controllers::Tick;
use crate::decision::{Cause, Constraint, Decision, Move};
use crate::inputs::Mode;
use crate::knob::Role;
use crate::lease::{Held, Owner};
use crate::resources::{self, Shortage};
use crate::trial::{Method, Step, Trial};
use wf_instrument::Nanos;

impl State {
    /// Registers a trial and leases all knobs, which could disturb it. Returns the constraint and
    /// the reason why it may not begin now.
    pub(super) fn begin_trial(
        &mut self,
        (index, to): (usize, u64),
        method: Method,
        why: &str,
        tick: Tick<'_>,
    ) -> Result<Decision, (Constraint, String)> {
        let what = Move::new(index, &tick.inputs.knobs[index], to);
        self.may_begin(&what, method, tick)
            .map_err(|(constraint, why)| (constraint, format!("{what} not tried: {why}")))?;
        if tick.inputs.mode == Mode::Advisory {
            let reason = format!("{what} would be tried: {why}");
            return Ok(Decision::hold(Constraint::Operator, reason));
        }
        self.trials += 1;
        if method == Method::Switchback {
            self.leases.begin_experiment(tick.now());
        }
        let for_ever = Nanos::new(u64::MAX);
        for knob in 0..tick.inputs.knobs.len() {
            self.leases.lease(knob, Owner::Trial, tick.now(), for_ever);
        }
        let trial = Trial::register(self.trials, (index, to), method, &self.recent, tick.inputs);
        self.trial = Some(trial);
        let reason = format!("trial of {what} begins: {why}");
        Ok(Decision::hold(Constraint::Trial, reason))
    }

    fn may_begin(
        &self,
        what: &Move,
        method: Method,
        tick: Tick<'_>,
    ) -> Result<(), (Constraint, String)> {
        let now = tick.now();
        let held = |held: Held| (Constraint::Lease, held.to_string());
        let check = self.leases.check(what.index, Owner::Trial, now);
        check.map_err(held)?;
        if method == Method::Switchback {
            let check = self.leases.check_experiment(now, tick.limits());
            check.map_err(held)?;
        }
        let knob = &tick.inputs.knobs[what.index];
        resources::check(knob, what.to, tick.evidence(), tick.diagnosis).map_err(short)?;
        match self.moved.filter(|&moved| now.since(moved) < SETTLED) {
            Some(_) => Err((Constraint::CoolDown, "another knob has just moved".into())),
            None => Ok(()),
        }
    }

    /// Continues the trial in flight by one tick.
    pub(super) fn continue_trial(&mut self, mut trial: Trial, tick: Tick<'_>) -> Decision {
        match trial.advance(tick.inputs, &tick.config.targets) {
            Step::Wait(why) => {
                self.trial = Some(trial);
                Decision::hold(Constraint::Trial, why)
            }
            Step::Switch(to, why) => {
                let moves = self.one_move(trial.index(), to, tick);
                self.trial = Some(trial);
                Decision::change(moves, Cause::Trial, Constraint::Trial, why)
            }
            Step::Keep(why) => self.keep(&trial, tick, why),
            Step::RollBack(why) => self.roll_back(&trial, tick, why),
            Step::Abort(why) => self.abort(&trial, tick, why),
        }
    }

    fn keep(&mut self, trial: &Trial, tick: Tick<'_>, why: String) -> Decision {
        let rest = match trial.method() {
            Method::BeforeAfter => tick.limits().after_correction,
            Method::Switchback => tick.limits().after_accept,
        };
        self.leases.release(Owner::Trial);
        self.leases.kept(trial.index(), tick.now(), rest);
        for (index, controller) in &mut self.controllers {
            if *index == trial.index() {
                controller.restart();
            }
        }
        self.pending = vec![PendingMove::new(trial.index(), trial.to())];
        let moves = self.retry_pending(tick);
        Decision::change(moves, Cause::Kept, Constraint::CoolDown, why)
    }

    fn roll_back(&mut self, trial: &Trial, tick: Tick<'_>, why: String) -> Decision {
        let rest = rest(trial, tick);
        self.leases.rolled_back(trial.index(), tick.now(), rest);
        self.restore(trial, tick, why)
    }

    /// Ends a trial that cannot be finished. That says nothing about its setting, so the next rest
    /// is not longer for it.
    pub(super) fn abort(&mut self, trial: &Trial, tick: Tick<'_>, why: String) -> Decision {
        let rest = rest(trial, tick);
        self.leases.aborted(trial.index(), tick.now(), rest);
        self.restore(trial, tick, why)
    }

    /// Restores the old setting, unless something else has moved the knob meanwhile.
    fn restore(&mut self, trial: &Trial, tick: Tick<'_>, why: String) -> Decision {
        self.leases.release(Owner::Trial);
        let knob = tick.inputs.knobs.get(trial.index());
        if knob.is_some_and(|knob| !knob.is_usable() || knob.value == trial.expected()) {
            self.pending = vec![PendingMove::new(trial.index(), trial.from())];
        }
        let moves = self.retry_pending(tick);
        Decision::change(moves, Cause::RolledBack, Constraint::Lease, why)
    }

    /// Returns the moves that bring the knobs to their pending values. A move stays pending until
    /// the knob is there.
    pub(super) fn retry_pending(&mut self, tick: Tick<'_>) -> Vec<Move> {
        let mut moves = Vec::new();
        let mut pending = std::mem::take(&mut self.pending);
        pending.retain_mut(|pending| {
            let Some(knob) = tick.inputs.knobs.get(pending.index) else {
                return false;
            };
            // A knob that cannot be read now may be read later; its value is unknown.
            if !knob.is_usable() {
                return true;
            }
            let due = self.one_move(pending.index, pending.to, tick);
            if due.is_empty() || pending.tries == TRIES {
                return false;
            }
            pending.tries += 1;
            moves.extend(due);
            true
        });
        self.pending = pending;
        moves
    }

    /// Returns the move that puts a knob at `to`; none if it is there, or if it must not be moved.
    fn one_move(&self, index: usize, to: u64, tick: Tick<'_>) -> Vec<Move> {
        let Some(knob) = tick.inputs.knobs.get(index) else {
            return Vec::new();
        };
        let by_hand = self.is_leased(index, tick.now()) || knob.role == Role::MANUAL;
        let needed = knob.value != to && knob.is_usable() && !by_hand;
        needed
            .then(|| Move::new(index, knob, to))
            .into_iter()
            .collect()
    }
}

fn rest(trial: &Trial, tick: Tick<'_>) -> Nanos {
    match trial.method() {
        Method::BeforeAfter => tick.limits().after_correction_failed,
        Method::Switchback => tick.limits().after_rollback,
    }
}

fn short(short: Shortage) -> (Constraint, String) {
    let constraint = match short {
        Shortage::Cpu(_) | Shortage::CpuUnknown => Constraint::Cpu,
        _ => Constraint::Resource,
    };
    (constraint, short.to_string())
}

/// Time for which no controller may have moved a knob before a trial begins.
const SETTLED: Nanos = Nanos::from_secs(3);
