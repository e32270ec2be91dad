//! The interface of controllers: what one gets, and what it proposes.

use std::fmt;

use crate::config::{Config, Limits, Targets};
use crate::decision::{Cause, Constraint, HOLD};
use crate::diagnose::Diagnosis;
use crate::evidence::{Evidence, RequestEvidence};
use crate::inputs::Inputs;
use crate::knob::Position;
use crate::lease::Leases;
use crate::trial::Method;
use wf_instrument::Nanos;

/// A controller of one knob: proposes a change once a tick.
///
/// It reads no clock and does no I/O: the same contexts give the same proposals.
pub(crate) trait Controller: fmt::Debug + Send {
    /// Takes in one tick and proposes a change, or gives the reason to hold.
    fn propose(&mut self, context: &TickContext<'_>) -> Proposal;

    /// Starts afresh, because a trial of its knob was kept: ticks before it say nothing about the
    /// time after it.
    fn restart(&mut self) {}
}

/// One tick, the same for all controllers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tick<'a> {
    pub(crate) inputs: &'a Inputs,
    pub(crate) diagnosis: &'a Diagnosis,
    pub(crate) config: &'a Config,
}

impl<'a> Tick<'a> {
    pub(crate) const fn now(&self) -> Nanos {
        self.inputs.now()
    }

    pub(crate) const fn evidence(&self) -> &'a Evidence {
        &self.inputs.evidence
    }

    pub(crate) const fn limits(&self) -> &'a Limits {
        &self.config.limits
    }
}

/// One tick from the view of one controller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TickContext<'a> {
    pub(crate) tick: Tick<'a>,
    /// Number of its knob.
    pub(crate) index: usize,
    /// Its knob.
    pub(crate) knob: &'a Position,
    pub(crate) leases: &'a Leases,
    /// Proposals of the controllers that were called before it in this tick, by knob.
    pub(crate) earlier: &'a [(usize, Proposal)],
}

impl<'a> TickContext<'a> {
    pub(crate) const fn now(&self) -> Nanos {
        self.tick.now()
    }

    pub(crate) const fn evidence(&self) -> &'a Evidence {
        self.tick.evidence()
    }

    /// The requests that its knob serves.
    pub(crate) fn requests(&self) -> &'a RequestEvidence {
        self.evidence().requests_of(self.knob.model.as_deref())
    }

    pub(crate) const fn targets(&self) -> &'a Targets {
        &self.tick.config.targets
    }

    pub(crate) const fn limits(&self) -> &'a Limits {
        self.tick.limits()
    }

    /// Earlier proposals for knobs that serve the same requests, or some of them.
    pub(crate) fn related(&self) -> impl Iterator<Item = &'a Proposal> {
        let knobs = &self.tick.inputs.knobs;
        let model = self.knob.model.as_deref();
        let is_related = move |index: usize| {
            let other = knobs.get(index).and_then(|knob| knob.model.as_deref());
            model.is_none() || other.is_none() || model == other
        };
        let related = self.earlier.iter().filter(move |(i, _)| is_related(*i));
        related.map(|(_, proposal)| proposal)
    }

    /// Returns whether a controller that was called earlier in this tick moves the knob that it
    /// controls.
    pub(crate) fn another_moves(&self) -> bool {
        self.earlier.iter().any(|(_, proposal)| proposal.is_move())
    }
}

/// Proposal of one controller for its knob.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Proposal {
    /// The change; `None` to hold.
    pub(crate) change: Option<Change>,
    /// Constraint that keeps the knob from being raised.
    pub(crate) constraint: Constraint,
    /// Reason in words, with its figures.
    pub(crate) reason: String,
}

/// A change of a knob.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Change {
    /// Move it to this value now.
    Move(u64, Cause),
    /// Move it to this value in a trial.
    Trial(u64, Method),
}

impl Proposal {
    /// Proposes to leave `knob` at its value.
    pub(crate) fn hold(constraint: Constraint, knob: &Position, why: impl fmt::Display) -> Self {
        let outside = match knob.bounds.contains(knob.value) {
            true => String::new(),
            false => format!(" (outside its bounds, {})", knob.bounds),
        };
        Self {
            change: None,
            constraint,
            reason: format!("{HOLD} {} {}{outside}: {why}", knob.name, knob.value),
        }
    }

    pub(crate) const fn is_move(&self) -> bool {
        matches!(self.change, Some(Change::Move(..)))
    }
}
