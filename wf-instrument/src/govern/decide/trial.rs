//! Beginning, continuing and ending a trial: the part of a tick that spans ticks.

use super::workers::Wish;
use super::{Bound, Cause, Mode, Move, Opinion, Seen, State};
use crate::govern::ledger::{Held, Owner};
use crate::govern::limits::{self, Forbidden};
use crate::govern::verify::{Method, Next, Trial};
use crate::knob::Role;
use crate::units::Nanos;

impl State {
    /// Pre-registers the trial and takes the knobs that could disturb it; or says why not now.
    pub(super) fn begin_trial(&mut self, wish: Wish, limit: Opinion, seen: &Seen<'_>) -> Opinion {
        let knob = &seen.inputs.knobs[wish.index];
        let what = format!("{} {} → {}", knob.name, knob.value, wish.to);
        if let Err((bound, why)) = self.may_begin(&wish, seen) {
            return Opinion::hold(bound, format!("{}; {what} not tried: {why}", limit.reason));
        }
        if seen.inputs.mode == Mode::Advisory {
            return Opinion::hold(
                Bound::Operator,
                format!("{what} would be tried: {}", wish.why),
            );
        }
        self.trials += 1;
        if wish.method == Method::Switchback {
            self.ledger.begin_experiment(seen.now());
        }
        for index in 0..seen.inputs.knobs.len() {
            self.ledger
                .lease(index, Owner::Trial, seen.now(), Nanos::new(u64::MAX));
        }
        let reason = format!("trial of {what} begins: {}", wish.why);
        let before = self.recent.iter().map(|&(_, sample)| sample).collect();
        let trial = Trial::register(
            self.trials,
            (wish.index, wish.to),
            wish.method,
            before,
            seen,
        );
        self.trial = Some(trial);
        Opinion::hold(Bound::Trial, reason)
    }

    fn may_begin(&self, wish: &Wish, seen: &Seen<'_>) -> Result<(), (Bound, String)> {
        let held = |why: Held| (Bound::Ledger, why.to_string());
        self.ledger
            .ask(wish.index, Owner::Trial, seen.now())
            .map_err(held)?;
        if wish.method == Method::Switchback {
            self.ledger
                .ask_experiment(seen.now(), &seen.config.limits)
                .map_err(held)?;
        }
        let knob = &seen.inputs.knobs[wish.index];
        limits::permit(knob, wish.to, seen.evidence(), &seen.diagnosis).map_err(refused)?;
        let settled = seen.now().since(self.concurrency.moved) >= SETTLED;
        let limit_is_ours = seen.knob(Role::Concurrency).is_some();
        if limit_is_ours && !settled {
            return Err((
                Bound::CoolDown,
                "the concurrency limit has just moved".into(),
            ));
        }
        Ok(())
    }

    /// One tick of the trial in flight.
    pub(super) fn continue_trial(&mut self, seen: &Seen<'_>) -> Opinion {
        let Some(mut trial) = self.trial.take() else {
            return Opinion::hold(Bound::Trial, "no trial".into());
        };
        match trial.advance(seen) {
            Next::Wait(why) => {
                self.trial = Some(trial);
                Opinion::hold(Bound::Trial, why)
            }
            Next::Switch(to, why) => {
                let moves = self.one_move(trial.index(), to, seen);
                self.trial = Some(trial);
                Opinion::change(moves, Cause::Trial, Bound::Trial, why)
            }
            Next::Keep(why) => self.keep(&trial, seen, why),
            Next::RollBack(why) => self.roll_back(&trial, seen, why),
        }
    }

    fn keep(&mut self, trial: &Trial, seen: &Seen<'_>, why: String) -> Opinion {
        let rest = match trial.method() {
            Method::BeforeAfter => seen.config.limits.after_correction,
            Method::Switchback => seen.config.limits.after_accept,
        };
        self.ledger.release(Owner::Trial);
        self.ledger.kept(trial.index(), seen.now(), rest);
        // What was seen before the move says nothing about the time after it.
        self.workers = super::workers::State::default();
        let moves = self.one_move(trial.index(), trial.to(), seen);
        Opinion::change(moves, Cause::Kept, Bound::CoolDown, why)
    }

    pub(super) fn roll_back(&mut self, trial: &Trial, seen: &Seen<'_>, why: String) -> Opinion {
        self.ledger.release(Owner::Trial);
        let limits = &seen.config.limits;
        let rest = match trial.method() {
            Method::BeforeAfter => limits.after_correction_failed,
            Method::Switchback => limits.after_rollback,
        };
        self.ledger.rolled_back(trial.index(), seen.now(), rest);
        let owed = trial.saved().iter().copied().enumerate();
        let moves: Vec<Move> = owed
            .flat_map(|(index, value)| self.one_move(index, value, seen))
            .collect();
        self.owed = Owed::of(&moves);
        Opinion::change(moves, Cause::RolledBack, Bound::Ledger, why)
    }

    /// What a rollback wanted and the knobs did not do. It is tried again, unless an operator has taken the knob since.
    pub(super) fn still_owed(&mut self, seen: &Seen<'_>) -> Option<Vec<Move>> {
        let Owed { places, tries } = std::mem::take(&mut self.owed);
        let moves: Vec<Move> = places
            .iter()
            .flat_map(|&(index, value)| self.one_move(index, value, seen))
            .collect();
        if moves.is_empty() || tries == TRIES {
            return None;
        }
        let tries = tries + 1;
        self.owed = Owed {
            tries,
            ..Owed::of(&moves)
        };
        Some(moves)
    }

    /// The move that puts a knob at `to`; none where it is there, or is not ours to move.
    fn one_move(&self, index: usize, to: u64, seen: &Seen<'_>) -> Vec<Move> {
        let Some(knob) = seen.inputs.knobs.get(index) else {
            return Vec::new();
        };
        let ours = self.ledger.ask(index, Owner::Loop, seen.now());
        let others = ours == Err(Held::By(Owner::Operator)) || knob.role == Role::Manual;
        let needed = knob.value != to && knob.usable && !others;
        needed
            .then(|| Move::new(index, knob, to))
            .into_iter()
            .collect()
    }
}

/// Where a rollback wants the knobs, and how often it asked for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Owed {
    places: Vec<(usize, u64)>,
    tries: u32,
}

impl Owed {
    fn of(moves: &[Move]) -> Self {
        let places = moves.iter().map(|wanted| (wanted.index, wanted.to));
        Self {
            places: places.collect(),
            tries: 1,
        }
    }
}

fn refused(why: Forbidden) -> (Bound, String) {
    let bound = match why {
        Forbidden::Cpu(_) | Forbidden::CpuUnknown => Bound::Cpu,
        _ => Bound::Resource,
    };
    (bound, why.to_string())
}

/// As often as a knob may fail before it is quarantined. An application may also apply another value than it was asked for: asking for
/// ever would change nothing.
const TRIES: u32 = 3;

/// How long the concurrency limit must have stood still before a trial may begin.
const SETTLED: Nanos = Nanos::from_secs(3);
