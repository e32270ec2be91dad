//! Journal: a bounded ring of records, and counters that outlive it.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use super::act::MoveResult;
use super::decision::{Cause, Constraint, Decision, Move};
use super::diagnose::Diagnosis;
use super::inputs::{Inputs, Mode};
use crate::knob::Position;
use crate::sizing::Tier;
use wf_instrument::Nanos;

/// One tick, or one intervention by an operator or the watchdog.
///
/// About 1.6 KiB with one knob and one model (1200 bytes and what they point to). Its `Display` is
/// one line for a log.
///
/// [`step`](crate::step) over the inputs of all ticks from the first on, in order, gives exactly
/// the same decisions, until the watchdog intervenes: then the governor starts afresh. After a way
/// through JSON that holds if `serde_json` reads numbers exactly (its feature `float_roundtrip`).
///
/// ```
/// use wf_govern::{Config, Record, State, step};
///
/// fn replay(records: &[Record], config: &Config) {
///     let mut state = State::default();
///     for record in records.iter().filter(|record| !record.is_intervention()) {
///         let (next, decision) = step(state, &record.inputs, config);
///         assert_eq!(decision, record.decision);
///         state = next;
///     }
/// }
/// # replay(&[], &Config::default());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
#[non_exhaustive]
pub struct Record {
    /// Number of the record, from 1.
    pub seq: u64,
    /// Inputs of the decision. An intervention has only its time and mode.
    pub inputs: Inputs,
    /// Decision and its reason.
    pub decision: Decision,
    /// Results of the moves; empty in a dry run.
    pub outcomes: Vec<MoveResult>,
    /// Duration of the tick, moves included; `None` until it is over.
    pub duration: Option<Nanos>,
}

impl Record {
    /// Returns whether it is an intervention and not a tick.
    #[must_use]
    pub const fn is_intervention(&self) -> bool {
        matches!(self.decision.cause, Cause::Operator | Cause::Watchdog)
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seq, decision, .. } = self;
        match decision.cause {
            Cause::Hold => write!(f, "#{seq}: {decision}")?,
            cause => write!(f, "#{seq} {cause}: {decision}")?,
        }
        let failed = self.outcomes.iter().filter(|done| done.result.is_err());
        failed
            .into_iter()
            .try_for_each(|done| write!(f, "; {done}"))
    }
}

/// Number of moves of one knob in one direction for one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Actions {
    /// Name of the knob.
    pub knob: Arc<str>,
    /// "up" or "down".
    pub direction: &'static str,
    /// Cause of the moves.
    pub cause: Cause,
    /// Number since the governor started; 0 before the first.
    pub count: u64,
}

/// State of a governor. Its `Display` is one line.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
#[non_exhaustive]
pub struct Status {
    /// Mode at the last tick, or [`Mode::Stopped`].
    pub mode: Mode,
    /// Bottleneck at the last tick.
    pub diagnosis: Diagnosis,
    /// Tier of the hardware; `None` while the number of cores is unknown.
    pub tier: Option<Tier>,
    /// Positions of the knobs at the last tick.
    pub knobs: Vec<Position>,
    /// Constraint that keeps more from being done.
    pub constraint: Constraint,
    /// Reason of the last decision.
    pub reason: String,
    /// Reason of the last decision that moved a knob.
    pub last_move: Option<String>,
    /// Duration of the last tick.
    pub tick_duration: Option<Nanos>,
    /// Number of records so far.
    pub records: u64,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bottleneck = self.diagnosis.bottleneck;
        let Self { mode, reason, .. } = self;
        write!(
            f,
            "{mode}; bottleneck {bottleneck}; last decision: {reason}"
        )
    }
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
    /// Creates an empty journal with a count of 0 for each possible move of these knobs: a counter
    /// that begins at its first event hides that event from `increase()`.
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
        if !record.outcomes.is_empty() {
            self.last_move = Some(record.decision.reason.clone());
        }
        if self.records.len() == KEPT {
            self.records.pop_front();
        }
        self.records.push_back(record);
    }

    /// Sets the duration of the last record's tick.
    pub(crate) fn set_duration(&mut self, duration: Nanos) {
        if let Some(last) = self.records.back_mut() {
            last.duration = Some(duration);
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
            constraint: last.decision.constraint,
            reason: last.decision.reason.clone(),
            last_move: self.last_move.clone(),
            tick_duration: tick.duration,
            records: self.last,
        }
    }

    /// Counts only moves that were made.
    fn count(&mut self, record: &Record) {
        for (wanted, outcome) in record.decision.moves.iter().zip(&record.outcomes) {
            if outcome.result.is_ok() {
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

/// Ten minutes at one tick a second, about 1 MiB.
const KEPT: usize = 600;
