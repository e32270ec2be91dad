//! The status of a run: a screen in a terminal, a line now and then anywhere else.

mod draw;
mod plain;
mod rows;
mod terminal;

use std::io::{self, IsTerminal};

use tokio::sync::watch;

use crate::app::Scene;

/// Shows `scene` until `stopped` becomes true; calls `quit` when the user wants to stop. Blocks.
///
/// # Errors
/// When the terminal cannot be written.
pub fn show(scene: &Scene, stopped: &watch::Receiver<bool>, quit: impl Fn()) -> io::Result<()> {
    if io::stdout().is_terminal() && io::stdin().is_terminal() {
        terminal::show(scene, stopped, quit)
    } else {
        plain::show(scene, stopped)
    }
}
