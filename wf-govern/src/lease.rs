//! Leases on knobs, their rests after trials, and the budget of experiments.
//!
//! A lease by hand has priority over a trial, and a trial over the controllers. At most one trial
//! is in flight; it holds every knob that could disturb it.

use std::collections::VecDeque;
use std::fmt;

use crate::config::Limits;
use wf_instrument::Nanos;

/// Owner of a lease. Later variants have priority over earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    /// A controller, which needs no lease.
    Controller,
    /// The trial in flight.
    Trial,
    /// An operator, or another program.
    Operator,
}

/// Leases and rests, by the order of the knobs' registration.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Leases {
    entries: Vec<Entry>,
    experiments: VecDeque<Nanos>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Entry {
    lease: Option<(Owner, Nanos)>,
    rests_until: Nanos,
    rollbacks: u32,
}

/// Reason why a knob must not be moved now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// Another owner has priority.
    By(Owner),
    /// It rests for so long.
    Rests(Nanos),
    /// The budget of experiments is spent.
    Budget,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::By(Owner::Operator) => f.write_str("an operator has set it by hand"),
            Self::By(Owner::Trial) => f.write_str("a trial holds it"),
            Self::By(Owner::Controller) => f.write_str("a controller holds it"),
            Self::Rests(left) => write!(
                f,
                "it rests for another {:.0} s after its last trial",
                left.as_secs()
            ),
            Self::Budget => f.write_str("the budget of experiments for ten minutes is spent"),
        }
    }
}

impl Leases {
    /// Checks whether `owner` may move `knob` now.
    pub(crate) fn check(&self, knob: usize, owner: Owner, now: Nanos) -> Result<(), Held> {
        let entry = self.entry(knob);
        match entry.lease {
            Some((holder, until)) if now < until && holder > owner => Err(Held::By(holder)),
            _ if owner == Owner::Trial && now < entry.rests_until => {
                Err(Held::Rests(entry.rests_until.since(now)))
            }
            _ => Ok(()),
        }
    }

    /// Checks whether the budget allows one more experiment.
    pub(crate) fn check_experiment(&self, now: Nanos, limits: &Limits) -> Result<(), Held> {
        let recent = |&&begun: &&Nanos| now.since(begun) < BUDGET_PERIOD;
        if self.experiments.iter().filter(recent).count() < limits.experiments {
            Ok(())
        } else {
            Err(Held::Budget)
        }
    }

    /// Leases `knob` to `owner`, unless another owner has priority.
    pub(crate) fn lease(&mut self, knob: usize, owner: Owner, now: Nanos, until: Nanos) {
        if self.check(knob, owner, now).is_ok() || owner == Owner::Operator {
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

    /// Records that a trial of `knob` was kept: it rests for `rest`.
    pub(crate) fn kept(&mut self, knob: usize, now: Nanos, rest: Nanos) {
        let entry = self.entry_mut(knob);
        entry.rollbacks = 0;
        entry.rests_until = now.plus(rest);
    }

    /// Records that a trial of `knob` was rolled back: it rests for `rest`, doubled with each
    /// rollback in a row, at most an hour.
    pub(crate) fn rolled_back(&mut self, knob: usize, now: Nanos, rest: Nanos) {
        let entry = self.entry_mut(knob);
        let doubled = rest.get().saturating_mul(1 << entry.rollbacks.min(20));
        entry.rollbacks += 1;
        entry.rests_until = now.plus(Nanos::new(doubled).min(LONGEST_REST));
    }

    /// Records that a trial of `knob` was aborted: it rests for `rest`, which is not doubled.
    pub(crate) fn aborted(&mut self, knob: usize, now: Nanos, rest: Nanos) {
        self.entry_mut(knob).rests_until = now.plus(rest);
    }

    /// Number of trials of `knob` in a row that were rolled back.
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
    fn an_operator_has_priority_over_a_trial_and_a_trial_over_a_controller() {
        let mut leases = Leases::default();
        leases.lease(0, Owner::Trial, at(0), at(100));
        assert_eq!(
            leases.check(0, Owner::Controller, at(1)),
            Err(Held::By(Owner::Trial))
        );
        leases.lease(0, Owner::Operator, at(1), at(50));
        assert_eq!(
            leases.check(0, Owner::Trial, at(2)),
            Err(Held::By(Owner::Operator))
        );
        leases.lease(0, Owner::Trial, at(2), at(100));
        assert_eq!(
            leases.check(0, Owner::Controller, at(2)),
            Err(Held::By(Owner::Operator))
        );
        assert_eq!(
            leases.check(0, Owner::Controller, at(50)),
            Ok(()),
            "a lease ends by itself"
        );
        assert_eq!(
            leases.check(1, Owner::Controller, at(2)),
            Ok(()),
            "each knob has its own"
        );
    }

    #[test]
    fn each_rollback_doubles_the_rest_up_to_an_hour_and_a_success_resets_it() {
        let mut leases = Leases::default();
        let rest = |leases: &Leases, now| match leases.check(0, Owner::Trial, now) {
            Err(Held::Rests(left)) => left,
            _ => Nanos::ZERO,
        };
        for expected in [300, 600, 1_200, 2_400, 3_600, 3_600] {
            leases.rolled_back(0, at(0), at(300));
            assert_eq!(rest(&leases, at(0)), at(expected));
        }
        leases.kept(0, at(0), at(60));
        assert_eq!(rest(&leases, at(0)), at(60));
        leases.rolled_back(0, at(0), at(300));
        assert_eq!(rest(&leases, at(0)), at(300));
    }

    #[test]
    fn experiments_are_budgeted_over_ten_minutes() {
        let (mut leases, limits) = (Leases::default(), Limits::default());
        for begun in [0, 10, 20] {
            assert_eq!(leases.check_experiment(at(begun), &limits), Ok(()));
            leases.begin_experiment(at(begun));
        }
        assert_eq!(leases.check_experiment(at(599), &limits), Err(Held::Budget));
        assert_eq!(leases.check_experiment(at(600), &limits), Ok(()));
    }
}
