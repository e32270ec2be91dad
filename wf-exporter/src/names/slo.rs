//! Targets as series, so that one rule serves every target:
//! `rate(wf_slo_violations_total[5m]) / rate(wf_slo_requests_total[5m]) > 1 - wf_slo_objective_ratio`.

use wf_instrument::snapshot::{FrameMetrics, GenerationMetrics, Target};

use super::generation::labels;
use super::pairs;
use crate::bounds::{Bounds, to_f64};
use crate::families::{Families, Family};

/// Values of the label `slo`: the quantity that is judged.
const TTFT: &str = "ttft";
const FRAME_TIME: &str = "frame_time";

pub(super) fn slos(rows: &[GenerationMetrics], frames: &[FrameMetrics], families: &mut Families) {
    let mut target_seconds = Family::gauge("wf_slo_target_seconds", "Limit of an objective.");
    let mut objective = Family::gauge(
        "wf_slo_objective_ratio",
        "Share of the requests that has to be within the limit.",
    );
    let mut judged = Family::counter(
        "wf_slo_requests",
        "Requests with an objective that had their first token, or were cancelled or rejected before it.",
    );
    let mut violations = Family::counter(
        "wf_slo_violations",
        "Of these, requests that missed the limit; cancelled and rejected ones count as missed.",
    );
    for (row, target) in rows.iter().filter_map(|row| Some((row, row.target?))) {
        let mut labels = labels(row);
        labels.push(("slo", TTFT));
        let (requests, late) = judge(row, target);
        target_seconds = target_seconds.sample(&labels, target.limit.as_secs());
        objective = objective.sample(&labels, target.quantile);
        judged = judged.sample(&labels, to_f64(requests));
        violations = violations.sample(&labels, to_f64(late));
    }
    for row in frames.iter().filter(|row| row.target_fps > 0.0) {
        let labels = pairs(&[("frame", &row.frame), ("slo", FRAME_TIME)], &row.labels);
        target_seconds = target_seconds.sample(&labels, row.target_fps.recip());
    }
    for family in [target_seconds, objective, judged, violations] {
        families.offer(family);
    }
}

/// Counts the requests that the objective judges, and those of them that missed it. Late is what the
/// bucket of the TTFT histogram at the limit leaves out.
fn judge(row: &GenerationMetrics, target: Target) -> (u64, u64) {
    let times = Bounds::seconds([target.limit.get()]).count(&row.time_to_first_token);
    let within = times.buckets.first().map_or(0, |&(_, n)| n);
    let cancelled = row.cancelled_before_first_token.count();
    let requests = times
        .count
        .saturating_add(cancelled)
        .saturating_add(row.rejected);
    (requests, requests - within)
}

#[cfg(test)]
mod tests {
    use wf_instrument::Nanos;

    use super::*;
    use crate::text::encode;

    fn page(rows: &[GenerationMetrics], frames: &[FrameMetrics]) -> String {
        let mut families = Families::default();
        slos(rows, frames, &mut families);
        assert_eq!(families.refused(), 0);
        encode(&families, 0)
    }

    fn promised(model: &str, millis: u64) -> GenerationMetrics {
        GenerationMetrics {
            model: model.into(),
            target: Some(Target {
                quantile: 0.99,
                limit: Nanos::from_millis(millis),
            }),
            ..GenerationMetrics::default()
        }
    }

    #[test]
    fn an_objective_is_there_before_the_first_request() {
        let without = GenerationMetrics {
            model: "b".into(),
            ..GenerationMetrics::default()
        };
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
        let row = GenerationMetrics {
            time_to_first_token: [100_000_000, 340_000_000, 900_000_000]
                .into_iter()
                .collect(),
            cancelled_before_first_token: [1_000_000].into_iter().collect(),
            rejected: 2,
            ..promised("a", 350)
        };
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
        let draw = FrameMetrics {
            frame: "draw".into(),
            target_fps: 50.0,
            ..FrameMetrics::default()
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
