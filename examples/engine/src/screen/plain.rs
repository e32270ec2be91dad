//! One line every few seconds.

use std::io::{self, Write};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::rows::line;
use crate::app::Scene;

pub(super) fn show(scene: &Scene, stopped: &watch::Receiver<bool>) -> io::Result<()> {
    let mut out = io::stdout();
    writeln!(out, "{}", scene.title)?;
    let mut last = Instant::now();
    while !*stopped.borrow() {
        sleep(LOOK);
        if last.elapsed() >= LINE {
            last = Instant::now();
            writeln!(out, "{}", line(&scene.view()))?;
        }
    }
    Ok(())
}

/// How often it looks whether it should end.
const LOOK: Duration = Duration::from_millis(50);

const LINE: Duration = Duration::from_secs(5);
