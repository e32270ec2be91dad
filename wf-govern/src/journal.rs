//! What the governor saw, decided and did: a bounded ring of records, and counts that outlive it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::act::Outcome;
use super::decide::{Bound, Cause, Decision, Inputs, Mode, Move};
use super::diagnose::Diagnosis;
use crate::knob::Position;
use crate::sizing::Tier;
use wf_instrument::Nanos;

/// One tick, or one intervention by an operator or the watchdog. About 1.3 KiB.
///
/// [`step`](super::decide::step) over the inputs of all ticks, in order, gives the decisions again: byte for byte.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Its number, from 1.
    pub seq: u64,
    /// What was decided from. Of an intervention only its time.
    pub inputs: Inputs,
    /// What was decided, and why.
    pub decision: Decision,
    /// What became of the moves; empty in a dry run.
    pub done: Vec<Outcome>,
    /// What the tick took, moves included; `None` until it is over.
    pub cost: Option<Nanos>,
}

impl Record {
    /// Whether it is an intervention and not a tick.
    #[must_use]
    pub const fn is_intervention(&self) -> bool {
        matches!(self.decision.cause, Cause::Operator | Cause::Watchdog)
    }
}

/// How often a knob was moved that way for that reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actions {
    /// The knob.
    pub knob: Arc<str>,
    /// "up" or "down".
    pub direction: &'static str,
    /// The kind of reason.
    pub cause: Cause,
    /// How often, since the governor started; 0 before the first time.
    pub count: u64,
}

/// Where the governor stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// Whether decisions became moves at the last tick.
    pub mode: Mode,
    /// What there was too little of at the last tick, and what says so.
    pub diagnosis: Diagnosis,
    /// The tier of the hardware, as long as the number of its processors is known.
    pub tier: Option<Tier>,
    /// The knobs as they stood at the last tick.
    pub knobs: Vec<Position>,
    /// What keeps more from being done.
    pub bound_by: Bound,
    /// The last decision's reason in words.
    pub reason: String,
    /// The reason of the last decision that moved a knob, if any did.
    pub last_move: Option<String>,
    /// What the last tick took.
    pub cost: Option<Nanos>,
    /// Records so far.
    pub records: u64,
}

/// The last [`KEPT`] records.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    records: VecDeque<Record>,
    actions: BTreeMap<(Arc<str>, &'static str, Cause), u64>,
    last_move: Option<String>,
    last: u64,
}

impl Journal {
    /// Empty, with a count of 0 for each move that there may be of knobs of these names: a counter
    /// that begins at its first event hides it from `increase()`.
    pub(crate) fn of(knobs: impl IntoIterator<Item = Arc<str>>) -> Self {
        let keys = |knob: Arc<str>| {
            let directions = Move::DIRECTIONS.into_iter();
            directions.flat_map(move |direction| {
                let knob = knob.clone();
                Cause::MOVES.map(move |cause| ((knob.clone(), direction, cause), 0))
            })
        };
        Self {
            actions: knobs.into_iter().flat_map(keys).collect(),
            ..Self::default()
        }
    }

    /// Numbers the record and keeps it in place of the oldest.
    pub(crate) fn push(&mut self, mut record: Record) {
        self.last += 1;
        record.seq = self.last;
        self.count(&record);
        if !record.done.is_empty() {
            self.last_move = Some(record.decision.reason.clone());
        }
        if self.records.len() == KEPT {
            self.records.pop_front();
        }
        self.records.push_back(record);
    }

    /// What the last record's tick took.
    pub(crate) fn took(&mut self, cost: Nanos) {
        if let Some(last) = self.records.back_mut() {
            last.cost = Some(cost);
        }
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        self.records.iter().cloned().collect()
    }

    pub(crate) fn actions(&self) -> Vec<Actions> {
        let row = |((knob, direction, cause), &count): (&(Arc<str>, &'static str, Cause), &u64)| {
            Actions {
                knob: knob.clone(),
                direction,
                cause: *cause,
                count,
            }
        };
        self.actions.iter().map(row).collect()
    }

    pub(crate) fn status(&self) -> Status {
        let Some(last) = self.records.back() else {
            return Status::default();
        };
        let ticks = self.records.iter().rev();
        let tick = ticks.clone().find(|r| !r.is_intervention()).unwrap_or(last);
        Status {
            mode: last.inputs.mode,
            diagnosis: tick.decision.diagnosis,
            tier: tick.inputs.evidence.host.tier(),
            knobs: tick.inputs.knobs.clone(),
            bound_by: last.decision.bound_by,
            reason: last.decision.reason.clone(),
            last_move: self.last_move.clone(),
            cost: tick.cost,
            records: self.last,
        }
    }

    /// Only what was really done.
    fn count(&mut self, record: &Record) {
        for (wanted, done) in record.decision.moves.iter().zip(&record.done) {
            if done.result.is_ok() {
                let key = (
                    wanted.knob.clone(),
                    wanted.direction(),
                    record.decision.cause,
                );
                *self.actions.entry(key).or_default() += 1;
            }
        }
    }
}

/// Ten minutes at one tick a second, about 800 KiB.
const KEPT: usize = 600;
