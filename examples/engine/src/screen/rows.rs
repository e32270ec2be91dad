//! The state of a run as rows of text.

use std::fmt::Write;

use crate::format::{Millis, arrival_verb, count};
use crate::measure::{GovernorStatus, KnobPosition};
use crate::monitor::Status;
use crate::quantiles::Quantiles;

/// A name and its text.
pub(super) type Row = (&'static str, String);

/// The state in one line.
pub(super) fn line(status: &Status) -> String {
    let (ttft, itl) = latencies(status);
    let mut line = format!(
        "{:>5.0} s  {}  TTFT p50 {} p99 {}  ITL p50 {} p99 {}  \
         running {} limit {} waiting {}  workers {}",
        status.elapsed.as_secs_f64(),
        speed(status),
        Millis(ttft.p50),
        Millis(ttft.p99),
        Millis(itl.p50),
        Millis(itl.p99),
        status.running,
        status.max_concurrent,
        status.waiting,
        status.workers,
    );
    if let Some(recent) = &status.recent {
        // Writing to a String cannot fail.
        let _ = write!(
            line,
            "  {}: {}",
            recent.governor.bottleneck, recent.governor.reason
        );
    }
    line
}

/// Rows of the engine panel.
pub(super) fn engine(status: &Status) -> Vec<Row> {
    let (ttft, itl) = latencies(status);
    let counts = status.counts;
    let mut rows = vec![
        ("tokens", speed(status)),
        ("TTFT", quantiles(ttft)),
        ("ITL", quantiles(itl)),
        (
            "requests",
            format!(
                "{} running, limit {}, {} waiting",
                status.running, status.max_concurrent, status.waiting
            ),
        ),
        (
            "total",
            format!(
                "{} {}: {} completed, {} rejected, {} failed, {} cancelled",
                counts.sent,
                arrival_verb(status.results.is_some()),
                counts.completed,
                counts.rejected,
                counts.failed,
                counts.cancelled
            ),
        ),
    ];
    rows.extend(status.results.map(|results| {
        let met = format!("{} requests of the load met both targets", results.good);
        ("goodput", met)
    }));
    rows
}

/// Maximum lines of the first rows of [`governor`] when not all rows fit.
pub(super) const GOVERNOR_LINES: [usize; 4] = [2, 3, 2, 2];

/// Rows of the governor panel. A small screen shows the first ones only, each shortened to
/// [`GOVERNOR_LINES`].
pub(super) fn governor(governor: &GovernorStatus) -> Vec<Row> {
    let knobs: Vec<_> = governor.knobs.iter().map(knob).collect();
    let last_move = governor.last_move.as_deref().unwrap_or("none yet");
    let tier = governor.tier.as_deref().unwrap_or("unknown");
    let mut rows = vec![
        ("knobs", knobs.join(" · ")),
        ("decision", governor.reason.clone()),
        ("last move", last_move.to_owned()),
        ("bottleneck", governor.diagnosis.clone()),
        (
            "mode",
            format!(
                "{} · {} so far",
                governor.mode,
                count(governor.moves, "move")
            ),
        ),
        ("limited by", governor.bound_by.to_owned()),
        ("tier", tier.to_owned()),
    ];
    let size = governor.batch_size.iter();
    rows.extend(size.map(|size| ("batch size", format!("by throughput: {size}"))));
    rows
}

fn knob(knob: &KnobPosition) -> String {
    let KnobPosition {
        name,
        value,
        error,
        min,
        max,
    } = knob;
    let error = error.iter().map(|error| format!(": {error}"));
    format!(
        "{name} {value} ({min} to {max}){}",
        error.collect::<String>()
    )
}

/// TTFT and ITL: of the last seconds from the SDK, or since the start from the load's clients.
fn latencies(status: &Status) -> (Quantiles, Quantiles) {
    match &status.recent {
        Some(recent) => (recent.ttft, recent.itl),
        None => status
            .results
            .map(|results| (results.ttft_seconds, results.itl_seconds))
            .unwrap_or_default(),
    }
}

fn speed(status: &Status) -> String {
    match &status.recent {
        Some(recent) => match recent.tokens_per_second {
            Some(rate) => format!("{rate:.0} tok/s"),
            None => "– tok/s".to_owned(),
        },
        None => format!("{} so far", count(status.counts.tokens, "token")),
    }
}

fn quantiles(times: Quantiles) -> String {
    format!(
        "p50 {} · p99 {} · max {}",
        Millis(times.p50),
        Millis(times.p99),
        Millis(times.max)
    )
}
