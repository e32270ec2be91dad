//! The screen on a terminal.

use std::io;
use std::time::{Duration, Instant};

use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyModifiers};
use tokio::sync::watch;

use super::draw::draw;
use crate::monitor::Monitor;

/// Takes over the terminal and restores it, also on panic.
pub(super) fn show(
    monitor: &Monitor,
    stopped: &watch::Receiver<bool>,
    quit: impl Fn(),
) -> io::Result<()> {
    let mut terminal = ratatui::try_init()?;
    let shown = refresh(&mut terminal, monitor, stopped, quit);
    ratatui::try_restore()?;
    shown
}

fn refresh(
    terminal: &mut DefaultTerminal,
    monitor: &Monitor,
    stopped: &watch::Receiver<bool>,
    quit: impl Fn(),
) -> io::Result<()> {
    while !*stopped.borrow() {
        let status = monitor.status();
        terminal.draw(|frame| draw(frame, &monitor.title, &status))?;
        if asked_to_quit(Instant::now() + REFRESH, stopped)? {
            quit();
        }
    }
    Ok(())
}

fn asked_to_quit(until: Instant, stopped: &watch::Receiver<bool>) -> io::Result<bool> {
    while Instant::now() < until && !*stopped.borrow() {
        if event::poll(POLL)?
            && let Event::Key(key) = event::read()?
            && quits(key)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A terminal in raw mode sends Ctrl-C as a key.
fn quits(key: KeyEvent) -> bool {
    let control_c = key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
    control_c || key.code == KeyCode::Char('q')
}

const REFRESH: Duration = Duration::from_millis(500);

/// Interval at which keys and the end of the run are checked.
const POLL: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q_and_control_c_quit_and_c_alone_does_not() {
        assert!(quits(KeyCode::Char('q').into()));
        assert!(quits(KeyEvent::new(
            KeyCode::Char('c'),
            KeyModifiers::CONTROL
        )));
        assert!(!quits(KeyCode::Char('c').into()));
    }
}
