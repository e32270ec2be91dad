//! Series that exist, at zero, before their first event.

use wf_instrument::snapshot::{GenerationMetrics, Label, Metrics, Snapshot};
use wf_instrument::{registry, wf_count, wf_measure, wf_token};

fn metrics() -> Metrics {
    Snapshot::take().metrics
}

/// The row of `model` without labels.
fn unlabelled(model: &str) -> GenerationMetrics {
    let mut rows = metrics().generations.into_iter();
    let row = rows.find(|row| &*row.model == model && row.labels.is_empty());
    row.expect("the model was declared")
}

fn join_labels(labels: &[Label]) -> String {
    let pairs = labels.iter().map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join(",")
}

#[test]
fn a_declared_model_has_its_series_before_the_first_request() {
    #[wf_measure(ttft, model = model)]
    fn generate(model: &str) {
        wf_token!();
    }

    registry::declare_model("declared");
    registry::declare_model("declared");
    let row = unlabelled("declared");
    assert_eq!((row.arrived, row.tokens), (0, 0));
    generate("declared");
    let row = unlabelled("declared");
    assert_eq!((row.arrived, row.tokens), (1, 1));
}

#[test]
fn literal_labels_have_their_series_before_the_first_event() {
    #[wf_measure(name = "initial span", labels(stage = "prefill", tier = "a"))]
    fn call() {}

    #[wf_measure(frame, name = "initial frame", labels(lane = "fast"))]
    fn draw() {}

    #[wf_measure(ttft, model = "initial request", labels(lane = "fast"))]
    fn generate() {}

    #[wf_measure(ttft, model = model, labels(lane = "fast"))]
    fn generate_by(model: &str) {
        let _ = model;
    }

    #[wf_measure(name = "initial later", labels(stage = stage))]
    fn known_at_run_time(stage: &str) {
        let _ = stage;
    }

    let run = || {
        call();
        draw();
        generate();
        generate_by("initial model");
        known_at_run_time("decode");
        wf_count!("initial_hits", labels(tier = "disk"));
    };
    registry::declare_model("initial model");
    let series = || {
        let metrics = metrics();
        let spans = metrics.spans.iter().map(|row| {
            (
                row.span.to_string(),
                join_labels(&row.labels),
                row.ok.count(),
            )
        });
        let frames = metrics.frames.iter().map(|row| {
            (
                row.frame.to_string(),
                join_labels(&row.labels),
                row.duration.count(),
            )
        });
        let requests = metrics
            .generations
            .iter()
            .map(|row| (row.model.to_string(), join_labels(&row.labels), row.arrived));
        let counters = metrics
            .counters
            .iter()
            .map(|row| (row.name.to_string(), join_labels(&row.labels), row.value));
        let all = spans.chain(frames).chain(requests).chain(counters);
        all.filter(|(name, labels, _)| name.starts_with("initial") && !labels.is_empty())
            .collect::<Vec<_>>()
    };
    let expected = |n: u64| {
        [
            ("initial span", "stage=prefill,tier=a"),
            ("initial frame", "lane=fast"),
            ("initial model", "lane=fast"),
            ("initial request", "lane=fast"),
            ("initial_hits", "tier=disk"),
        ]
        .map(|(name, labels)| (name.to_owned(), labels.to_owned(), n))
    };
    assert_eq!(series(), expected(0));
    run();
    let (later, known): (Vec<_>, Vec<_>) = series()
        .into_iter()
        .partition(|(name, ..)| name == "initial later");
    assert_eq!(known, expected(1));
    assert_eq!(later.len(), 1);
}
