//! Who may move which knob now: owners, leases, rests, and the budget of experiments.
//!
//! An operator's lease beats a trial, and a trial beats the fast loop. At most one trial is in flight; while it is, it owns every knob that
//! could disturb it.

use std::collections::VecDeque;
use std::fmt;

use super::limits::Limits;
use wf_instrument::Nanos;

/// Who holds a knob. Later ones take it from earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    /// The control law of the concurrency limit.
    Loop,
    /// A trial in flight.
    Trial,
    /// A person, or another program by the control endpoint.
    Operator,
}

/// Leases and rests, by the knobs' order of registration.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ledger {
    entries: Vec<Entry>,
    experiments: VecDeque<Nanos>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Entry {
    lease: Option<(Owner, Nanos)>,
    rests_until: Nanos,
    rollbacks: u32,
}

/// Why a knob is not ours to move now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    By(Owner),
    Rests(Nanos),
    Budget,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::By(Owner::Operator) => f.write_str("an operator holds it"),
            Self::By(Owner::Trial) => f.write_str("a trial holds it"),
            Self::By(Owner::Loop) => f.write_str("the fast loop holds it"),
            Self::Rests(left) => write!(f, "it rests for another {:.0} s", left.as_secs()),
            Self::Budget => f.write_str("the experiments of these ten minutes are used up"),
        }
    }
}

impl Ledger {
    /// Whether `owner` may move `knob` now.
    pub(crate) fn ask(&self, knob: usize, owner: Owner, now: Nanos) -> Result<(), Held> {
        let entry = self.entry(knob);
        match entry.lease {
            Some((holder, until)) if now < until && holder > owner => Err(Held::By(holder)),
            _ if owner == Owner::Trial && now < entry.rests_until => {
                Err(Held::Rests(entry.rests_until.since(now)))
            }
            _ => Ok(()),
        }
    }

    /// Whether one more experiment fits into the budget.
    pub(crate) fn ask_experiment(&self, now: Nanos, limits: &Limits) -> Result<(), Held> {
        let recent = |&&begun: &&Nanos| now.since(begun) < BUDGET_PERIOD;
        if self.experiments.iter().filter(recent).count() < limits.experiments {
            Ok(())
        } else {
            Err(Held::Budget)
        }
    }

    /// Gives `knob` to `owner`, unless somebody with more right has it.
    pub(crate) fn lease(&mut self, knob: usize, owner: Owner, now: Nanos, until: Nanos) {
        if self.ask(knob, owner, now).is_ok() || owner == Owner::Operator {
            self.entry_mut(knob).lease = Some((owner, until));
        }
    }

    /// Ends every lease of `owner`.
    pub(crate) fn release(&mut self, owner: Owner) {
        for entry in &mut self.entries {
            entry.lease = entry.lease.filter(|&(holder, _)| holder != owner);
        }
    }

    /// Counts an experiment against the budget.
    pub(crate) fn begin_experiment(&mut self, now: Nanos) {
        self.experiments
            .retain(|&begun| now.since(begun) < BUDGET_PERIOD);
        self.experiments.push_back(now);
    }

    /// A trial of `knob` was kept.
    pub(crate) fn kept(&mut self, knob: usize, now: Nanos, rest: Nanos) {
        let entry = self.entry_mut(knob);
        entry.rollbacks = 0;
        entry.rests_until = now.plus(rest);
    }

    /// A trial of `knob` was rolled back: it rests for `rest`, twice as long each time, at most an hour.
    pub(crate) fn rolled_back(&mut self, knob: usize, now: Nanos, rest: Nanos) {
        let entry = self.entry_mut(knob);
        let doubled = rest.get().saturating_mul(1 << entry.rollbacks.min(20));
        entry.rollbacks += 1;
        entry.rests_until = now.plus(Nanos::new(doubled).min(LONGEST_REST));
    }

    /// A trial of `knob` came to nothing: it rests for `rest`, and no longer than that the next time.
    pub(crate) fn set_aside(&mut self, knob: usize, now: Nanos, rest: Nanos) {
        self.entry_mut(knob).rests_until = now.plus(rest);
    }

    /// How many trials of `knob` in a row were rolled back.
    pub(crate) fn rollbacks(&self, knob: usize) -> u32 {
        self.entry(knob).rollbacks
    }

    fn entry(&self, knob: usize) -> Entry {
        self.entries.get(knob).copied().unwrap_or_default()
    }

    fn entry_mut(&mut self, knob: usize) -> &mut Entry {
        if self.entries.len() <= knob {
            self.entries.resize(knob + 1, Entry::default());
        }
        &mut self.entries[knob]
    }
}

const BUDGET_PERIOD: Nanos = Nanos::from_secs(600);
const LONGEST_REST: Nanos = Nanos::from_secs(3_600);

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(secs: u64) -> Nanos {
        Nanos::from_secs(secs)
    }

    #[test]
    fn an_operator_takes_a_knob_from_a_trial_and_a_trial_from_the_loop() {
        let mut ledger = Ledger::default();
        ledger.lease(0, Owner::Trial, at(0), at(100));
        assert_eq!(
            ledger.ask(0, Owner::Loop, at(1)),
            Err(Held::By(Owner::Trial))
        );
        ledger.lease(0, Owner::Operator, at(1), at(50));
        assert_eq!(
            ledger.ask(0, Owner::Trial, at(2)),
            Err(Held::By(Owner::Operator))
        );
        ledger.lease(0, Owner::Trial, at(2), at(100));
        assert_eq!(
            ledger.ask(0, Owner::Loop, at(2)),
            Err(Held::By(Owner::Operator))
        );
        assert_eq!(
            ledger.ask(0, Owner::Loop, at(50)),
            Ok(()),
            "a lease ends by itself"
        );
        assert_eq!(
            ledger.ask(1, Owner::Loop, at(2)),
            Ok(()),
            "each knob has its own"
        );
    }

    #[test]
    fn each_rollback_doubles_the_rest_up_to_an_hour_and_a_success_resets_it() {
        let mut ledger = Ledger::default();
        let rest = |ledger: &Ledger, now| match ledger.ask(0, Owner::Trial, now) {
            Err(Held::Rests(left)) => left,
            _ => Nanos::ZERO,
        };
        for expected in [300, 600, 1_200, 2_400, 3_600, 3_600] {
            ledger.rolled_back(0, at(0), at(300));
            assert_eq!(rest(&ledger, at(0)), at(expected));
        }
        ledger.kept(0, at(0), at(60));
        assert_eq!(rest(&ledger, at(0)), at(60));
        ledger.rolled_back(0, at(0), at(300));
        assert_eq!(rest(&ledger, at(0)), at(300));
    }

    #[test]
    fn experiments_are_budgeted_over_ten_minutes() {
        let (mut ledger, limits) = (Ledger::default(), Limits::default());
        for begun in [0, 10, 20] {
            assert_eq!(ledger.ask_experiment(at(begun), &limits), Ok(()));
            ledger.begin_experiment(at(begun));
        }
        assert_eq!(ledger.ask_experiment(at(599), &limits), Err(Held::Budget));
        assert_eq!(ledger.ask_experiment(at(600), &limits), Ok(()));
    }
}
