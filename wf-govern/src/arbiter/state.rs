//! State of the arbiter from tick to tick.

use std::collections::VecDeque;

use super::pending::PendingMove;
use crate::controllers::Assigned;
use crate::decision::Decision;
use crate::diagnose;
use crate::evidence::Evidence;
use crate::inputs::Inputs;
use crate::lease::{Held, Leases, Owner};
use crate::trial::Trial;
use wf_instrument::Nanos;

/// Everything that is remembered from tick to tick.
#[derive(Debug, Default)]
pub struct State {
    pub(super) diagnosis: diagnose::State,
    pub(super) controllers: Vec<Assigned>,
    pub(super) leases: Leases,
    pub(super) trial: Option<Trial>,
    /// Number of trials so far.
    pub(super) trials: u64,
    /// The evidence since the last move: the "before" of a before-after trial.
    pub(super) recent: VecDeque<Evidence>,
    pub(super) pending: Vec<PendingMove>,
    /// Time of the last move by a controller, made or advised.
    pub(super) moved: Option<Nanos>,
    /// Values of the knobs at the last tick.
    pub(super) values: Vec<u64>,
}

impl State {
    /// Starts afresh without a trial; leases by hand stay, and the `pending` moves are tried. The
    /// next trial gets the next number: no two in a journal have the same.
    pub(crate) fn restarted(&self, pending: Vec<PendingMove>) -> Self {
        let mut leases = self.leases.clone();
        leases.release(Owner::Trial);
        Self {
            leases,
            pending,
            trials: self.trials,
            ..Self::default()
        }
    }

    /// The same state with these controllers.
    #[cfg(test)]
    pub(crate) fn with_controllers(self, controllers: Vec<Assigned>) -> Self {
        Self {
            controllers,
            ..self
        }
    }

    /// Returns whether an operator has set the knob by hand.
    pub(crate) fn is_leased(&self, knob: usize, now: Nanos) -> bool {
        let check = self.leases.check(knob, Owner::Controller, now);
        check == Err(Held::By(Owner::Operator))
    }

    pub(super) fn lease(&mut self, inputs: &Inputs) {
        for &(knob, until) in &inputs.leases {
            self.leases
                .lease(knob, Owner::Operator, inputs.now(), until);
            self.pending.retain(|pending| pending.index != knob);
        }
    }

    /// A move by anybody: ticks before it say nothing about the time after it.
    pub(super) fn notice_moves(&mut self, inputs: &Inputs) {
        let values: Vec<u64> = inputs.knobs.iter().map(|knob| knob.value).collect();
        if values != self.values {
            self.recent.clear();
            self.values = values;
        }
    }

    pub(super) fn remember(&mut self, inputs: &Inputs, decision: &Decision) {
        if !decision.moves.is_empty() {
            self.recent.clear();
            return;
        }
        let oldest = inputs.now().since(RECENT);
        self.recent.retain(|evidence| evidence.at >= oldest);
        self.recent.push_back(inputs.evidence.clone());
    }
}

const RECENT: Nanos = Nanos::from_secs(8);
