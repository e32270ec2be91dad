//! Helpers of the benches: the costs of wf-instrument, beside its peers.
//!
//! A bench asks one question and runs all contenders in one process, in turns, batch by batch: a
//! disturbance of the machine affects all of them. Figures are medians over many batches, with the
//! minimum beside them.

#![expect(
    clippy::print_stderr,
    reason = "a bench says on its terminal why it cannot run"
)]

use std::process::ExitCode;

mod allocator;
mod arguments;
mod callgrind;
mod contest;
mod engine;
mod pairs;
mod report;
mod values;

pub use self::allocator::{Allocated, CountingAllocator};
pub use self::arguments::Arguments;
pub use self::callgrind::{Order, instructions, measured_events};
pub use self::contest::Contest;
pub use self::engine::{Engine, Report, Serving};
pub use self::pairs::{Pairs, Spread, take_turns};
pub use self::report::Figure;
pub use self::values::{in_turn, values};

/// Reads the command line of a bench, runs it, and reports its error.
pub fn main(run: impl FnOnce(&Arguments) -> Result<(), String>) -> ExitCode {
    match Arguments::parse().and_then(|arguments| run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
