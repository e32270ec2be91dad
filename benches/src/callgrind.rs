//! The number of instructions of an event, by valgrind's callgrind.
//!
//! A bench runs itself under callgrind, with few events and with many: the difference belongs to
//! the events.

use std::env;
use std::process::Command;

/// A contender of a bench, by its position, and the number of its events.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// Position of the contender.
    pub position: usize,
    /// Number of events.
    pub events: u64,
}

/// Environment variable of a child: its order.
const ORDER: &str = "WF_BENCH_EVENTS";

impl Order {
    /// The order of this process, if it is a child under callgrind.
    #[must_use]
    pub fn given() -> Option<Self> {
        let order = env::var(ORDER).ok()?;
        let (position, events) = order.split_once(' ')?;
        Some(Self {
            position: position.parse().ok()?,
            events: events.parse().ok()?,
        })
    }

    /// The instructions of all its events.
    fn count(self) -> Result<u64, String> {
        let itself = env::current_exe().map_err(|error| error.to_string())?;
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg("--toggle-collect=*measured_events*")
            .arg(itself)
            .env(ORDER, format!("{} {}", self.position, self.events))
            .output()
            .map_err(|error| {
                format!("valgrind could not be started (Debian's package `valgrind`): {error}")
            })?;
        let output = String::from_utf8_lossy(&output.stderr);
        let collected = output
            .lines()
            .find_map(|line| line.split_once("Collected :"));
        collected
            .and_then(|(_, number)| number.trim().parse().ok())
            .ok_or_else(|| format!("callgrind printed no number: {output}"))
    }
}

/// Names of the functions that callgrind counts.
#[inline(never)]
pub fn measured_events(work: &mut dyn FnMut()) {
    work();
}

/// Instructions of one event of the contender at `position`: the difference between `few` events
/// and `many`.
///
/// # Errors
///
/// If valgrind is missing, or a child fails.
pub fn instructions(position: usize, few: u64, many: u64) -> Result<f64, String> {
    let count = |events| Order { position, events }.count();
    let more = count(many)?.saturating_sub(count(few)?);
    #[expect(clippy::cast_precision_loss, reason = "far below 2⁵³")]
    let instructions = more as f64 / (many - few) as f64;
    Ok(instructions)
}
