//! Series that are there before their first event.

use wf_instrument::snapshot::{GenerationMetrics, Label, Metrics, Snapshot};
use wf_instrument::{registry, wf_count, wf_measure, wf_token};

fn metrics() -> Metrics {
    Snapshot::take().metrics
}

/// The requests to `model` at the function without labels.
fn plain(model: &str) -> GenerationMetrics {
    let mut rows = metrics().generations.into_iter();
    let row = rows.find(|row| &*row.model == model && row.labels.is_empty());
    row.expect("the model was declared")
}

fn shown(labels: &[Label]) -> String {
    let pairs = labels.iter().map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join(",")
}

#[test]
fn a_declared_model_has_its_series_before_its_first_request() {
    #[wf_measure(ttft, model = model)]
    fn answer(model: &str) {
        wf_token!();
    }

    registry::declare_model("declared");
    registry::declare_model("declared");
    let row = plain("declared");
    assert_eq!((row.arrived, row.tokens), (0, 0));
    answer("declared");
    let row = plain("declared");
    assert_eq!((row.arrived, row.tokens), (1, 1));
}

#[test]
fn labels_that_are_literals_have_their_series_before_the_first_event() {
    #[wf_measure(name = "begun span", labels(stage = "prefill", tier = "a"))]
    fn call() {}

    #[wf_measure(frame, name = "begun frame", labels(lane = "fast"))]
    fn draw() {}

    #[wf_measure(ttft, model = "begun reply", labels(lane = "fast"))]
    fn reply() {}

    #[wf_measure(ttft, model = model, labels(lane = "fast"))]
    fn reply_of(model: &str) {
        let _ = model;
    }

    #[wf_measure(name = "begun later", labels(stage = stage))]
    fn known_at_run_time(stage: &str) {
        let _ = stage;
    }

    let run = || {
        call();
        draw();
        reply();
        reply_of("begun model");
        known_at_run_time("decode");
        wf_count!("begun_hits", labels(tier = "disk"));
    };
    registry::declare_model("begun model");
    let series = || {
        let metrics = metrics();
        let spans = metrics
            .spans
            .iter()
            .map(|row| (row.span.to_string(), shown(&row.labels), row.ok.count()));
        let frames = metrics.frames.iter().map(|row| {
            (
                row.frame.to_string(),
                shown(&row.labels),
                row.duration.count(),
            )
        });
        let replies = metrics
            .generations
            .iter()
            .map(|row| (row.model.to_string(), shown(&row.labels), row.arrived));
        let counters = metrics
            .counters
            .iter()
            .map(|row| (row.name.to_string(), shown(&row.labels), row.value));
        let all = spans.chain(frames).chain(replies).chain(counters);
        all.filter(|(name, labels, _)| name.starts_with("begun") && !labels.is_empty())
            .collect::<Vec<_>>()
    };
    let expected = |n: u64| {
        [
            ("begun span", "stage=prefill,tier=a"),
            ("begun frame", "lane=fast"),
            ("begun model", "lane=fast"),
            ("begun reply", "lane=fast"),
            ("begun_hits", "tier=disk"),
        ]
        .map(|(name, labels)| (name.to_owned(), labels.to_owned(), n))
    };
    assert_eq!(series(), expected(0));
    run();
    let (later, known): (Vec<_>, Vec<_>) = series()
        .into_iter()
        .partition(|(name, ..)| name == "begun later");
    assert_eq!(known, expected(1));
    assert_eq!(later.len(), 1);
}
