//! Moves made: the only stage with effects.

use std::sync::Arc;

use super::decide::Move;
use crate::knob::{Knob, KnobError};

/// What became of one move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The knob.
    pub knob: Arc<str>,
    /// The value asked for.
    pub asked: u64,
    /// The value that was then read back, or why there is none.
    pub result: Result<u64, String>,
}

/// Makes the moves in their order. One that fails does not keep the others from being made: they may be a rollback.
pub(crate) fn act(moves: &[Move], knobs: &mut [Knob]) -> Vec<Outcome> {
    moves
        .iter()
        .filter_map(|wanted| {
            knobs
                .get_mut(wanted.index)
                .map(|knob| turn(knob, wanted.to))
        })
        .collect()
}

fn turn(knob: &mut Knob, to: u64) -> Outcome {
    Outcome {
        knob: knob.name().clone(),
        asked: to,
        result: knob.apply(to).map_err(told),
    }
}

/// The error and what caused it, in one line.
fn told(error: KnobError) -> String {
    match &error {
        KnobError::Rejected { source, .. } => format!("{error}: {source}"),
        _ => error.to_string(),
    }
}
