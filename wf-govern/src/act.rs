//! Making of moves: the only stage with effects.

use std::fmt;
use std::sync::Arc;

use super::decision::Move;
use crate::knob::{Knob, KnobError};

/// Result of one move.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct MoveResult {
    /// Name of the knob.
    pub knob: Arc<str>,
    /// Value asked for.
    pub asked: u64,
    /// Value read back, or the error in words.
    pub result: Result<u64, String>,
}

impl fmt::Display for MoveResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.result {
            Ok(value) => write!(f, "{} is at {value}", self.knob),
            Err(error) => f.write_str(error),
        }
    }
}

/// Makes the moves in their order. A failure does not keep the others from being made: they may be
/// a rollback.
pub(crate) fn act(moves: &[Move], knobs: &mut [Knob]) -> Vec<MoveResult> {
    let mut apply = |wanted: &Move| {
        let knob = knobs.get_mut(wanted.index)?;
        Some(MoveResult {
            knob: knob.name().clone(),
            asked: wanted.to,
            result: knob.apply(wanted.to).map_err(in_one_line),
        })
    };
    moves.iter().filter_map(&mut apply).collect()
}

/// The error and its cause in one line.
fn in_one_line(error: KnobError) -> String {
    match &error {
        KnobError::Rejected { source, .. } => format!("{error}: {source}"),
        _ => error.to_string(),
    }
}
