//! Families of everything recorded: the names that users meet in Grafana.
//!
//! vLLM's names with `wf_` for `vllm:`, so that its dashboards and rules need no other change. Base
//! units, `_total` on counters and only there, no colon, as `promtool check metrics` demands.

mod generation;
mod slo;

use std::borrow::Cow;

use wf_instrument::BaseUnit;
use wf_instrument::snapshot::{
    CounterMetrics, FrameMetrics, GaugeMetrics, HistogramMetrics, Label, Metrics, SpanMetrics, Unit,
};

use crate::buckets::{self, Bounds, to_f64};
use crate::column::{Column, pairs};
use crate::descriptor::{Descriptor, Kind, LabelKey, Source};
use crate::families::Families;
use crate::family::{Family, Histogram, counter_name, is_label_name, is_metric_name};

/// The rows of the catalogue that are filled here.
pub(crate) fn rows() -> impl Iterator<Item = &'static Descriptor> {
    let spans = [&SPAN_DURATION, &SPANS_IN_FLIGHT.family];
    let frames = FRAMES.iter().map(|column| &column.family);
    let losses = LOSSES.iter().map(|column| &column.family);
    generation::rows()
        .chain(slo::rows())
        .chain(spans)
        .chain(frames)
        .chain(losses)
}

/// Adds everything recorded.
///
/// A series is there from the first scrape on, at zero, because call-sites are known before they
/// run. Models that a site names at run time are there from their first request on.
pub(crate) fn metrics(metrics: Metrics, families: &mut Families) {
    generation::generations(&metrics.generations, families);
    spans(&metrics.spans, families);
    frames(&metrics.frames, families);
    slo::slos(&metrics.generations, &metrics.frames, families);
    for column in LOSSES {
        families.offer(Family::of(&column.family).sample(&[], column.read(&metrics)));
    }
    counters(&metrics.counters, families);
    gauges(&metrics.gauges, families);
    histograms(metrics.histograms, families);
}

/// Removes the rows that cannot be written, and returns their number.
///
/// For snapshots that are not of this process. The registry has checked its own rows already.
pub(crate) fn remove_unwritable(metrics: &mut Metrics) -> u64 {
    let mut removed = 0;
    let mut keep = |is_writable: bool| {
        removed += u64::from(!is_writable);
        is_writable
    };
    metrics
        .generations
        .retain(|row| keep(are_free(&row.labels)));
    metrics.spans.retain(|row| keep(are_free(&row.labels)));
    metrics.frames.retain(|row| keep(are_free(&row.labels)));
    let is_named = |name: &str, labels: &[Label]| is_metric_name(name) && are_names(labels);
    metrics
        .counters
        .retain(|row| keep(is_named(&row.name, &row.labels)));
    metrics
        .gauges
        .retain(|row| keep(is_named(&row.name, &row.labels)));
    metrics.histograms.retain(|row| {
        let has_bound = row.labels.iter().any(|(name, _)| &**name == "le");
        keep(is_named(&row.name, &row.labels) && !has_bound)
    });
    removed
}

/// Returns whether labels of annotated code can stand beside those of its families.
fn are_free(labels: &[Label]) -> bool {
    let is_taken = |name: &str| {
        let mut fixed = rows().flat_map(|row| row.labels);
        name == "le" || fixed.any(|label| label.name == name)
    };
    are_names(labels) && !labels.iter().any(|(name, _)| is_taken(name))
}

fn are_names(labels: &[Label]) -> bool {
    let is_first = |at: usize| !labels[..at].iter().any(|(name, _)| *name == labels[at].0);
    let mut names = labels.iter().enumerate();
    names.all(|(at, (name, _))| is_label_name(name) && is_first(at))
}

fn spans(rows: &[SpanMetrics], families: &mut Families) {
    if rows.is_empty() {
        return;
    }
    let mut duration = Family::of(&SPAN_DURATION);
    for row in rows {
        for (outcome, samples) in [
            ("ok", &row.ok),
            ("error", &row.error),
            ("cancelled", &row.cancelled),
            ("panicked", &row.panicked),
        ] {
            let labels = pairs(&[("outcome", outcome), ("span", &row.span)], &row.labels);
            let times = Histogram::new(samples.clone(), buckets::SPAN.clone());
            duration = duration.sample(&labels, times);
        }
    }
    families.offer(duration);
    families.offer(SPANS_IN_FLIGHT.fill(rows, |row| pairs(&[("span", &row.span)], &row.labels)));
}

fn frames(rows: &[FrameMetrics], families: &mut Families) {
    if rows.is_empty() {
        return;
    }
    for column in FRAMES {
        families.offer(column.fill(rows, |row| pairs(&[("frame", &row.frame)], &row.labels)));
    }
}

fn counters(rows: &[CounterMetrics], families: &mut Families) {
    for row in rows {
        let help = help(&row.help, "A counter of the application.");
        let family = Family::checked(counter_name(&row.name).into(), Kind::Counter, help);
        families.offer(family.sample(&pairs(&[], &row.labels), to_f64(row.value)));
    }
}

fn gauges(rows: &[GaugeMetrics], families: &mut Families) {
    for row in rows {
        let help = help(&row.help, "A gauge of the application.");
        let family = Family::checked(row.name.to_string().into(), Kind::Gauge, help);
        families.offer(family.sample(&pairs(&[], &row.labels), row.value));
    }
}

fn histograms(rows: Vec<HistogramMetrics>, families: &mut Families) {
    for row in rows {
        let help = help(&row.help, "A distribution measured by the application.");
        let family = Family::checked(row.name.to_string().into(), Kind::Histogram, help);
        let samples = Histogram::new(row.samples, bounds_of(row.unit).clone());
        families.offer(family.sample(&pairs(&[], &row.labels), samples));
    }
}

/// The bounds of an application's histogram. Times are mostly those of some function, as spans are.
fn bounds_of(unit: Unit) -> &'static Bounds {
    match unit {
        Unit::One => &buckets::COUNT,
        Unit::Nanos => &buckets::SPAN,
        Unit::Bytes => &buckets::BYTES,
    }
}

/// A family without HELP is a finding of `promtool check metrics`.
fn help(given: &str, otherwise: &'static str) -> Cow<'static, str> {
    match given {
        "" => Cow::Borrowed(otherwise),
        _ => Cow::Owned(given.to_owned()),
    }
}

static SPAN_DURATION: Descriptor = Descriptor::histogram(
    Source::Spans,
    "wf_span_duration_seconds",
    &buckets::SPAN,
    "Duration of the calls of an annotated function, by outcome.",
)
.unit(BaseUnit::Seconds)
.labels_and_code(&[
    LabelKey::any("span"),
    LabelKey::one_of("outcome", &["ok", "error", "cancelled", "panicked"]),
]);

static SPANS_IN_FLIGHT: Column<SpanMetrics> = Column::number(
    Descriptor::gauge(
        Source::Spans,
        "wf_spans_in_flight",
        "Calls of an annotated function that have not ended.",
    )
    .labels_and_code(&[LabelKey::any("span")]),
    |row| to_f64(row.in_flight),
);

const fn of_frames(name: &'static str, help: &'static str) -> Descriptor {
    Descriptor::counter(Source::Frames, name, help).labels_and_code(&FRAME)
}

const FRAME: [LabelKey; 1] = [LabelKey::any("frame")];

static FRAMES: &[Column<FrameMetrics>] = &[
    Column::number(of_frames("wf_frames_total", "Frames drawn."), |row| {
        to_f64(row.duration.count())
    }),
    Column::number(
        of_frames(
            "wf_frames_late_total",
            "Frames that took longer than their budget.",
        ),
        |row| to_f64(row.late),
    ),
    Column::number(
        of_frames(
            "wf_frames_dropped_total",
            "Frames that were not drawn because an earlier one took longer than its budget.",
        ),
        |row| to_f64(row.dropped),
    ),
    Column::samples(
        Descriptor::histogram(
            Source::Frames,
            "wf_frame_duration_seconds",
            &buckets::FRAME,
            "Time to draw a frame.",
        )
        .unit(BaseUnit::Seconds)
        .labels_and_code(&FRAME),
        |row| &row.duration,
    ),
];

/// A loss is counted, never silent.
static LOSSES: &[Column<Metrics>] = &[
    Column::number(
        Descriptor::counter(
            Source::Exporter,
            "wf_events_dropped_total",
            "Measurements that were not recorded because there was no room for them.",
        ),
        |metrics| to_f64(metrics.dropped),
    ),
    Column::number(
        Descriptor::counter(
            Source::Exporter,
            "wf_orphan_tokens_total",
            "Tokens that belong to no request: recorded outside a request, after its end, or in a \
             request that takes the items of its stream as its tokens.",
        ),
        |metrics| to_f64(metrics.orphan_tokens),
    ),
];

#[cfg(test)]
pub(crate) mod tests;
