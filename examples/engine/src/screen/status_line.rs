//! One line every few seconds.

use std::io::{self, Write};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::rows::line;
use crate::monitor::Monitor;

pub(super) fn show(monitor: &Monitor, stopped: &watch::Receiver<bool>) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{}", monitor.title)?;
    let mut last = Instant::now();
    while !*stopped.borrow() {
        sleep(POLL);
        if last.elapsed() >= LINE {
            last = Instant::now();
            writeln!(out, "{}", line(&monitor.status()))?;
        }
    }
    Ok(())
}

/// Interval at which the end of the run is checked.
const POLL: Duration = Duration::from_millis(50);

const LINE: Duration = Duration::from_secs(5);
