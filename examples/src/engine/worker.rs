//! One thread that advances whatever sequence is next.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use super::board::Board;
use super::error::EngineError;
use super::sequence::{Progress, Running};
use crate::model::threads::own_pool;

/// Starts worker number `index`, which works while the board's number of workers is above it.
pub(super) fn spawn(index: usize, board: Arc<Board>) -> Result<JoinHandle<()>, EngineError> {
    Builder::new()
        .name(format!("worker-{index}"))
        .spawn(move || work(index, &board))
        .map_err(EngineError::Thread)
}

fn work(index: usize, board: &Board) {
    // Without it everything works, slower: all workers then queue for the global pool.
    let _pool = own_pool().ok();
    let mut advanced = None;
    while let Some(mut running) = board.turn(index, advanced.take()) {
        if advance(&mut running) == Progress::GoesOn {
            advanced = Some(running);
        }
    }
}

/// One step. A step that panics costs its own request only.
fn advance(running: &mut Running) -> Progress {
    catch_unwind(AssertUnwindSafe(|| running.step())).unwrap_or_else(|panic| {
        running.fail(EngineError::Panicked(message(panic.as_ref())));
        Progress::Ended
    })
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}
