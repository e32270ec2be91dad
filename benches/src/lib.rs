//! What wf-instrument costs, beside its peers.
//!
//! A bench asks one question and puts every contender into the same process: they take turns, batch by batch, so that whatever disturbs
//! the machine disturbs all of them. Figures are medians over many batches, with the smallest beside them.

mod arguments;
mod contest;
mod report;

pub use self::arguments::Arguments;
pub use self::contest::{Contest, Figure};
