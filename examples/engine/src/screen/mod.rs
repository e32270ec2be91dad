//! The state of a run on standard output: a screen on a terminal, otherwise one line at intervals.

mod draw;
mod rows;
mod status_line;
mod terminal;
mod wrap;

use std::env;
use std::ffi::OsStr;
use std::io::{self, IsTerminal};

use tokio::sync::watch;

use crate::monitor::Monitor;

/// Shows the state until `stopped` becomes true; calls `quit` when the user asks to quit. Blocks.
///
/// # Errors
/// When the terminal cannot be written.
pub fn show(monitor: &Monitor, stopped: &watch::Receiver<bool>, quit: impl Fn()) -> io::Result<()> {
    let terminal = io::stdout().is_terminal() && io::stdin().is_terminal();
    if terminal && moves_its_cursor(env::var_os("TERM").as_deref()) {
        terminal::show(monitor, stopped, quit)
    } else {
        status_line::show(monitor, stopped)
    }
}

/// False for a terminal that cannot move its cursor: `TERM` is unset, empty or `dumb`.
fn moves_its_cursor(kind: Option<&OsStr>) -> bool {
    kind.is_some_and(|kind| !kind.is_empty() && kind != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dumb_terminal_gets_lines() {
        let shows = |kind: &str| moves_its_cursor(Some(OsStr::new(kind)));
        assert!(shows("xterm-256color") && shows("screen"));
        assert!(!shows("dumb") && !shows("") && !moves_its_cursor(None));
    }
}
