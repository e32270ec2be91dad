//! A status in words.

use std::fmt::Write;

use crate::format::{Millis, arrival_verb, count};
use crate::measure::{GovernorStatus, KnobPosition};
use crate::monitor::Status;
use crate::quantiles::Quantiles;

/// A name and what there is to say.
pub(super) type Row = (&'static str, String);

/// The status in one line.
pub(super) fn line(status: &Status) -> String {
    let (ttft, gap) = times(status);
    let mut line = format!(
        "{:>5.0} s  {}  TTFT p50 {} p99 {}  gap p50 {} p99 {}  running {} limit {} waiting {}  workers {}",
        status.elapsed.as_secs_f64(),
        speed(status),
        Millis(ttft.p50),
        Millis(ttft.p99),
        Millis(gap.p50),
        Millis(gap.p99),
        status.running,
        status.max_concurrent,
        status.waiting,
        status.workers,
    );
    if let Some(recent) = &status.recent {
        // A String takes everything.
        let _ = write!(
            line,
            "  {}: {}",
            recent.governed.bottleneck, recent.governed.reason
        );
    }
    line
}

/// What the engine does.
pub(super) fn engine(status: &Status) -> Vec<Row> {
    let (ttft, gap) = times(status);
    let counts = status.counts;
    let mut rows = vec![
        ("tokens", speed(status)),
        ("first token", quantiles(ttft)),
        ("between tokens", quantiles(gap)),
        (
            "requests",
            format!(
                "{} running, limit {}, {} waiting",
                status.running, status.max_concurrent, status.waiting
            ),
        ),
        (
            "so far",
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
        let kept = format!("{} of the load's requests kept both targets", results.good);
        ("in time", kept)
    }));
    rows
}

/// Most lines of each of the first rows of [`governor`] where not all rows fit.
pub(super) const GOVERNOR_LINES: [usize; 4] = [2, 3, 2, 2];

/// Where the governor stands. A small screen shows the first rows only, each cut to
/// [`GOVERNOR_LINES`].
pub(super) fn governor(governed: &GovernorStatus) -> Vec<Row> {
    let knobs: Vec<_> = governed.knobs.iter().map(knob).collect();
    let last = governed.last_move.as_deref().unwrap_or("none yet");
    let tier = governed.tier.as_deref().unwrap_or("unknown");
    let mut rows = vec![
        ("knobs", knobs.join(" · ")),
        ("now", governed.reason.clone()),
        ("last move", last.to_owned()),
        ("bottleneck", governed.diagnosis.clone()),
        (
            "mode",
            format!(
                "{} · {} so far",
                governed.mode,
                count(governed.moves, "move")
            ),
        ),
        ("bound by", governed.bound_by.to_owned()),
        ("tier", tier.to_owned()),
    ];
    let size = governed.batch_size.iter();
    rows.extend(size.map(|size| ("batch size", format!("by throughput alone, {size}"))));
    rows
}

fn knob(knob: &KnobPosition) -> String {
    let KnobPosition {
        name,
        value,
        min,
        max,
    } = knob;
    format!("{name} {value} ({min} to {max})")
}

/// As the SDK measured them in the last seconds, or else as the load's clients saw them since the start.
fn times(status: &Status) -> (Quantiles, Quantiles) {
    match &status.recent {
        Some(recent) => (recent.ttft, recent.gap),
        None => status
            .results
            .map(|results| (results.ttft_seconds, results.gap_seconds))
            .unwrap_or_default(),
    }
}

fn speed(status: &Status) -> String {
    match &status.recent {
        Some(recent) => format!("{:.0} tok/s", recent.tokens_per_second),
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
