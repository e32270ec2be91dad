//! Beginning, continuing and ending a trial: the part of a tick that spans ticks.

use super::workers::Wish;
use super::{Bound, Cause, Mode, Move, Opinion, Seen, State};
use crate::knob::Role;
use crate::ledger::{Held, Owner};
use crate::limits::{self, Forbidden};
use crate::verify::{Method, Next, Trial};
use wf_instrument::Nanos;

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
            Next::GiveUp(why) => self.give_up(&trial, seen, why),
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
        self.owed = vec![Owed::new(trial.index(), trial.to())];
        let moves = self.pay(seen);
        Opinion::change(moves, Cause::Kept, Bound::CoolDown, why)
    }

    /// The setting on trial was found wanting.
    fn roll_back(&mut self, trial: &Trial, seen: &Seen<'_>, why: String) -> Opinion {
        let rest = rest(trial, seen);
        self.ledger.rolled_back(trial.index(), seen.now(), rest);
        self.end(trial, seen, why)
    }

    /// The trial could not be finished, which says nothing about the setting: the next rest is no longer for it.
    pub(super) fn give_up(&mut self, trial: &Trial, seen: &Seen<'_>, why: String) -> Opinion {
        let rest = rest(trial, seen);
        self.ledger.set_aside(trial.index(), seen.now(), rest);
        self.end(trial, seen, why)
    }

    /// Back to the setting from before, unless somebody else has moved the knob meanwhile. The trial moved no other.
    fn end(&mut self, trial: &Trial, seen: &Seen<'_>, why: String) -> Opinion {
        self.ledger.release(Owner::Trial);
        let stands = seen.inputs.knobs.get(trial.index());
        let ours = stands.is_some_and(|knob| !knob.usable || knob.value == trial.expected());
        if ours {
            self.owed = vec![Owed::new(trial.index(), trial.from())];
        }
        let moves = self.pay(seen);
        Opinion::change(moves, Cause::RolledBack, Bound::Ledger, why)
    }

    /// The moves that bring the knobs to where they are owed to be. What is not done stays owed, and is asked for again.
    pub(super) fn pay(&mut self, seen: &Seen<'_>) -> Vec<Move> {
        let mut moves = Vec::new();
        let mut owed = std::mem::take(&mut self.owed);
        owed.retain_mut(|debt| {
            let Some(knob) = seen.inputs.knobs.get(debt.index) else {
                return false;
            };
            // What cannot be read now may be read later; nothing is known of where it stands.
            if !knob.usable {
                return true;
            }
            let due = self.one_move(debt.index, debt.to, seen);
            if due.is_empty() || debt.tries == TRIES {
                return false;
            }
            debt.tries += 1;
            moves.extend(due);
            true
        });
        self.owed = owed;
        moves
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

fn rest(trial: &Trial, seen: &Seen<'_>) -> Nanos {
    match trial.method() {
        Method::BeforeAfter => seen.config.limits.after_correction_failed,
        Method::Switchback => seen.config.limits.after_rollback,
    }
}

/// Where a knob has to go, and how often it was asked to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Owed {
    pub(super) index: usize,
    to: u64,
    tries: u32,
}

impl Owed {
    pub(crate) const fn new(index: usize, to: u64) -> Self {
        Self {
            index,
            to,
            tries: 0,
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
