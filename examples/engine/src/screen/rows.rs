//! A view in words.

use std::fmt::Write;

use crate::app::{Millis, View, came, count};
use crate::measure::{Governed, Knob};
use crate::spread::Spread;

/// A name and what there is to say.
pub(super) type Row = (&'static str, String);

/// The view in one line.
pub(super) fn line(view: &View) -> String {
    let (ttft, gap) = times(view);
    let mut line = format!(
        "{:>5.0} s  {}  TTFT p50 {} p99 {}  gap p50 {} p99 {}  running {} limit {} waiting {}  workers {}",
        view.elapsed.as_secs_f64(),
        speed(view),
        Millis(ttft.p50),
        Millis(ttft.p99),
        Millis(gap.p50),
        Millis(gap.p99),
        view.running,
        view.max_concurrent,
        view.waiting,
        view.workers,
    );
    if let Some(look) = &view.look {
        // A String takes everything.
        let _ = write!(
            line,
            "  {}: {}",
            look.governed.bottleneck, look.governed.reason
        );
    }
    line
}

/// What the engine does.
pub(super) fn engine(view: &View) -> Vec<Row> {
    let (ttft, gap) = times(view);
    let counts = view.counts;
    let mut rows = vec![
        ("tokens", speed(view)),
        ("first token", spread(ttft)),
        ("between tokens", spread(gap)),
        (
            "requests",
            format!(
                "{} running, limit {}, {} waiting",
                view.running, view.max_concurrent, view.waiting
            ),
        ),
        (
            "so far",
            format!(
                "{} {}: {} answered, {} shed, {} failed, {} left",
                counts.sent,
                came(view.score.is_some()),
                counts.answered,
                counts.shed,
                counts.failed,
                counts.left
            ),
        ),
    ];
    rows.extend(view.score.map(|score| {
        let kept = format!("{} of the load's requests kept both targets", score.good);
        ("in time", kept)
    }));
    rows
}

/// Most lines of each of the first rows of [`governor`] where not all rows fit.
pub(super) const GOVERNOR_LINES: [usize; 4] = [2, 3, 2, 2];

/// Where the governor stands. A small screen shows the first rows only, each cut to
/// [`GOVERNOR_LINES`].
pub(super) fn governor(governed: &Governed) -> Vec<Row> {
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

fn knob(knob: &Knob) -> String {
    let Knob {
        name,
        value,
        min,
        max,
    } = knob;
    format!("{name} {value} ({min} to {max})")
}

/// As the SDK measured them in the last seconds, or else as the load's clients saw them since the start.
fn times(view: &View) -> (Spread, Spread) {
    match &view.look {
        Some(look) => (look.ttft, look.gap),
        None => view
            .score
            .map(|score| (score.ttft_seconds, score.gap_seconds))
            .unwrap_or_default(),
    }
}

fn speed(view: &View) -> String {
    match &view.look {
        Some(look) => format!("{:.0} tok/s", look.tokens_per_second),
        None => format!("{} so far", count(view.counts.tokens, "token")),
    }
}

fn spread(times: Spread) -> String {
    format!(
        "p50 {} · p99 {} · max {}",
        Millis(times.p50),
        Millis(times.p99),
        Millis(times.max)
    )
}
