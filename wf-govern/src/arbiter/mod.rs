//! The arbiter: from the proposals of the controllers to one decision a tick.
//!
//! [`step`] is a pure function of the state, one tick's inputs and the configuration. It reads no
//! clock, does no I/O, draws no random number and keeps its sums in a fixed order: the same inputs
//! give the same decisions, so a journal can be replayed.
//!
//! It takes one proposal a tick: the first move, or else the first trial that may begin. While a
//! trial is in flight, all knobs stand still.

mod pending;
mod state;
mod trials;

pub(crate) use self::pending::PendingMove;
pub use self::state::State;
use crate::config::Config;
use crate::controllers::{self, Assigned, Change, Proposal, Tick, TickContext};
use crate::decision::{Cause, Constraint, Decision, Move};
use crate::diagnose::diagnose;
use crate::inputs::{Inputs, Mode};
use crate::knob::Position;

/// Decides one tick.
#[must_use]
pub fn step(mut state: State, inputs: &Inputs, config: &Config) -> (State, Decision) {
    let (remembered, diagnosis) = diagnose(
        state.diagnosis,
        &inputs.evidence,
        &config.thresholds,
        &config.targets,
    );
    state.diagnosis = remembered;
    state.lease(inputs);
    state.notice_moves(inputs);
    let tick = Tick {
        inputs,
        diagnosis: &diagnosis,
        config,
    };
    let decision = state.decide(tick).worded_for(inputs.mode);
    state.remember(inputs, &decision);
    let decision = Decision {
        diagnosis,
        trial: state.trial.as_ref().map(|trial| trial.status()),
        ..decision
    };
    (state, decision)
}

impl State {
    fn decide(&mut self, tick: Tick<'_>) -> Decision {
        let overdue = self.retry_pending(tick);
        if !overdue.is_empty() {
            let why = "the last move did not take effect: retry";
            return Decision::change(overdue, Cause::RolledBack, Constraint::Lease, why);
        }
        let mode = tick.inputs.mode;
        if mode != Mode::Active
            && let Some(trial) = self.trial.take()
        {
            let why = format!("{} aborted: the mode is now {mode}", trial.status());
            return self.abort(&trial, tick, why);
        }
        if matches!(mode, Mode::Paused | Mode::Stopped) {
            return Decision::hold(Constraint::Operator, mode.as_str());
        }
        if let Some(missing) = tick.evidence().missing {
            // A trial that cannot be watched must not go on.
            if let Some(trial) = self.trial.take() {
                let why = format!("{} aborted: {missing}", trial.status());
                return self.abort(&trial, tick, why);
            }
            return Decision::hold(Constraint::Evidence, missing.to_string());
        }
        if let Some(trial) = self.trial.take() {
            return self.continue_trial(trial, tick);
        }
        let proposals = self.propose(tick);
        self.arbitrate(proposals, tick)
    }

    /// The proposals of all controllers, in the order in which they are called.
    fn propose(&mut self, tick: Tick<'_>) -> Vec<(usize, Proposal)> {
        if self.controllers.is_empty() {
            self.controllers = controllers::assign(&tick.inputs.knobs);
        }
        let mut proposals = Vec::with_capacity(self.controllers.len());
        for (index, controller) in &mut self.controllers {
            let Some(knob) = tick.inputs.knobs.get(*index) else {
                continue;
            };
            let context = TickContext {
                tick,
                index: *index,
                knob,
                leases: &self.leases,
                earlier: &proposals,
            };
            let proposal = match &knob.error {
                Some(error) => Proposal::hold(Constraint::Resource, knob, error),
                None => controller.propose(&context),
            };
            proposals.push((*index, proposal));
        }
        proposals
    }

    /// Puts the controller of a knob that moves behind the others of its role, so that none of
    /// them waits for ever.
    fn give_way(&mut self, index: usize, knobs: &[Position]) {
        let role = |assigned: &Assigned| knobs.get(assigned.0).map(|knob| &knob.role);
        let of_knob = self.controllers.iter().position(|(i, _)| *i == index);
        let Some(first) = of_knob else { return };
        let is_same = |other: &Assigned| role(other) == role(&self.controllers[first]);
        let last = self.controllers.iter().rposition(is_same).unwrap_or(first);
        self.controllers[first..=last].rotate_left(1);
    }

    fn arbitrate(&mut self, proposals: Vec<(usize, Proposal)>, tick: Tick<'_>) -> Decision {
        for (index, proposal) in &proposals {
            if let Some(Change::Move(to, cause)) = proposal.change {
                self.moved = Some(tick.now());
                self.give_way(*index, &tick.inputs.knobs);
                let moves = vec![Move::new(*index, &tick.inputs.knobs[*index], to)];
                let reason = proposal.reason.clone();
                return Decision::change(moves, cause, proposal.constraint, reason);
            }
        }
        let mut hold: Option<Decision> = None;
        for (index, proposal) in proposals {
            let Some(Change::Trial(to, method)) = proposal.change else {
                hold.get_or_insert_with(|| Decision::hold(proposal.constraint, proposal.reason));
                continue;
            };
            match self.begin_trial((index, to), method, &proposal.reason, tick) {
                Ok(begun) => return begun,
                Err((constraint, why)) => {
                    let first = hold.map_or_else(String::new, |hold| format!("{}; ", hold.reason));
                    hold = Some(Decision::hold(constraint, first + &why));
                }
            }
        }
        hold.unwrap_or_else(|| {
            let why = "no knob is governed: register a concurrency or workers knob";
            Decision::hold(Constraint::Configuration, why)
        })
    }
}

#[cfg(test)]
mod tests;
