//! Targets as series, so that one rule serves every target:
//! `rate(wf_slo_violations_total[5m]) / rate(wf_slo_requests_total[5m])
//! > 1 - wf_slo_objective_ratio`.

use wf_instrument::BaseUnit;
use wf_instrument::snapshot::{FrameMetrics, GenerationMetrics, Target};

use super::generation;
use crate::buckets::{Bounds, to_f64};
use crate::column::pairs;
use crate::descriptor::{Descriptor, LabelKey, Source};
use crate::families::Families;
use crate::family::Family;

/// Values of the label `slo`: the quantity that is judged.
const TTFT: &str = "ttft";
const FRAME_TIME: &str = "frame_time";

pub(super) fn rows() -> impl Iterator<Item = &'static Descriptor> {
    [&TARGET, &OBJECTIVE, &REQUESTS, &VIOLATIONS].into_iter()
}

pub(super) fn slos(rows: &[GenerationMetrics], frames: &[FrameMetrics], families: &mut Families) {
    let mut targets = Family::of(&TARGET);
    let mut objectives = Family::of(&OBJECTIVE);
    let mut requests = Family::of(&REQUESTS);
    let mut violations = Family::of(&VIOLATIONS);
    for (row, target) in rows.iter().filter_map(|row| Some((row, row.target?))) {
        let mut labels = generation::labels(row);
        labels.push(("slo", TTFT));
        let (judged, missed) = judge(row, target);
        targets = targets.sample(&labels, target.limit.as_secs());
        objectives = objectives.sample(&labels, target.quantile);
        requests = requests.sample(&labels, to_f64(judged));
        violations = violations.sample(&labels, to_f64(missed));
    }
    for row in frames.iter().filter(|row| row.target_fps > 0.0) {
        let labels = pairs(&[("frame", &row.frame), ("slo", FRAME_TIME)], &row.labels);
        targets = targets.sample(&labels, row.target_fps.recip());
    }
    for family in [targets, objectives, requests, violations] {
        families.offer(family);
    }
}

/// Counts the requests that the objective judges, and those of them that missed it. A request is
/// late if it is not in the bucket of the TTFT histogram at the limit.
fn judge(row: &GenerationMetrics, target: Target) -> (u64, u64) {
    let times = Bounds::seconds([target.limit.get()]).count(row.time_to_first_token());
    let within = times.cumulative.first().map_or(0, |&(_, n)| n);
    let cancelled = row.cancelled_before_first_token().count();
    let requests = times
        .count
        .saturating_add(cancelled)
        .saturating_add(row.rejected);
    (requests, requests - within)
}

static TARGET: Descriptor = Descriptor::gauge(
    Source::Objectives,
    "wf_slo_target_seconds",
    "Limit of an objective: of the TTFT of requests (ttft), or of the time to draw a frame \
     (frame_time).",
)
.unit(BaseUnit::Seconds)
.labels_and_code(&[
    generation::LABELS[0],
    generation::LABELS[1],
    LabelKey::any("frame"),
    LabelKey::one_of("slo", &[TTFT, FRAME_TIME]),
]);

static OBJECTIVE: Descriptor = Descriptor::gauge(
    Source::Objectives,
    "wf_slo_objective_ratio",
    "Share of the requests that must be within the limit.",
)
.unit(BaseUnit::Ratio)
.labels_and_code(&OF_REQUESTS);

static REQUESTS: Descriptor = Descriptor::counter(
    Source::Objectives,
    "wf_slo_requests_total",
    "Requests that an objective judges: they had their first token, or were cancelled or rejected \
     before it.",
)
.labels_and_code(&OF_REQUESTS);

static VIOLATIONS: Descriptor = Descriptor::counter(
    Source::Objectives,
    "wf_slo_violations_total",
    "Requests of wf_slo_requests_total that missed the limit. Cancelled and rejected requests \
     count as missed.",
)
.labels_and_code(&OF_REQUESTS);

const OF_REQUESTS: [LabelKey; 3] = [
    generation::LABELS[0],
    generation::LABELS[1],
    LabelKey::one_of("slo", &[TTFT]),
];

#[cfg(test)]
mod tests {
    use wf_instrument::Nanos;
    use wf_instrument::snapshot::RequestHistogram;

    use super::*;
    use crate::text::encode;

    fn page(rows: &[GenerationMetrics], frames: &[FrameMetrics]) -> String {
        let mut families = Families::default();
        slos(rows, frames, &mut families);
        assert_eq!(families.refused(), 0);
        encode(&families, 0)
    }

    fn promised(model: &str, millis: u64) -> GenerationMetrics {
        let mut row = GenerationMetrics::default();
        row.model = model.into();
        row.target = Some(Target {
            quantile: 0.99,
            limit: Nanos::from_millis(millis),
        });
        row
    }

    #[test]
    fn an_objective_is_there_before_the_first_request() {
        let mut without = GenerationMetrics::default();
        without.model = "b".into();
        let page = page(&[promised("a", 350), without], &[]);
        for (name, value) in [
            ("wf_slo_target_seconds", "0.35"),
            ("wf_slo_objective_ratio", "0.99"),
            ("wf_slo_requests_total", "0"),
            ("wf_slo_violations_total", "0"),
        ] {
            let line = format!("\n{name}{{engine=\"0\",model_name=\"a\",slo=\"ttft\"}} {value}\n");
            assert!(page.contains(&line), "{line} in {page}");
        }
        assert!(!page.contains("model_name=\"b\""), "{page}");
    }

    #[test]
    fn late_cancelled_and_rejected_requests_violate_it() {
        let mut row = promised("a", 350);
        row[RequestHistogram::TimeToFirstToken] = [100_000_000, 340_000_000, 900_000_000]
            .into_iter()
            .collect();
        row[RequestHistogram::CancelledBeforeFirstToken] = [1_000_000].into_iter().collect();
        row.rejected = 2;
        let page = page(&[row], &[]);
        let labels = "{engine=\"0\",model_name=\"a\",slo=\"ttft\"}";
        assert!(
            page.contains(&format!("\nwf_slo_requests_total{labels} 6\n")),
            "{page}"
        );
        assert!(
            page.contains(&format!("\nwf_slo_violations_total{labels} 4\n")),
            "{page}"
        );
    }

    #[test]
    fn a_frame_rate_is_a_target_too() {
        let draw = {
            let mut row = FrameMetrics::default();
            row.frame = "draw".into();
            row.target_fps = 50.0;
            row
        };
        let page = page(&[], &[draw, FrameMetrics::default()]);
        let line = "\nwf_slo_target_seconds{frame=\"draw\",slo=\"frame_time\"} 0.02\n";
        assert!(page.contains(line), "{page}");
        assert_eq!(
            page.lines().filter(|line| !line.starts_with('#')).count(),
            1
        );
    }
}
