//! Labels of handles and counters: declared ones are recorded, and events with others still count.

use wf_instrument::snapshot::{Label, Metrics, Snapshot};
use wf_instrument::{Outcome, registry, wf_count, wf_gauge};

/// Joins the labels as `key=value`, in the order of the row.
fn join_labels(labels: &[Label]) -> String {
    let pairs = labels.iter().map(|(key, value)| format!("{key}={value}"));
    pairs.collect::<Vec<_>>().join(",")
}

fn metrics() -> Metrics {
    Snapshot::take().metrics
}

fn spans(name: &str) -> Vec<(String, u64)> {
    let rows = metrics().spans;
    let rows = rows.iter().filter(|row| &*row.span == name);
    rows.map(|row| (join_labels(&row.labels), row.outcomes().total()))
        .collect()
}

fn counters(name: &str) -> Vec<(String, u64)> {
    let rows = metrics().counters;
    let rows = rows.iter().filter(|row| &*row.name == name);
    rows.map(|row| (join_labels(&row.labels), row.value))
        .collect()
}

fn gauges(name: &str) -> Vec<(String, f64)> {
    let rows = metrics().gauges;
    let rows = rows.iter().filter(|row| &*row.name == name);
    rows.map(|row| (join_labels(&row.labels), row.value))
        .collect()
}

/// Model, labels and number of requests of each row that `is_ours` accepts.
fn requests(is_ours: impl Fn(&str) -> bool) -> Vec<(String, String, u64)> {
    let rows = metrics().generations;
    let rows = rows.iter().filter(|row| is_ours(&row.model));
    rows.map(|row| (row.model.to_string(), join_labels(&row.labels), row.arrived))
        .collect()
}

/// The text of the conflict listed for `name`; empty if there is none.
fn conflict_text(name: &str) -> String {
    let conflicts = registry::conflicts();
    let found = conflicts.iter().find(|conflict| &*conflict.name == name);
    let refused = found.and_then(|conflict| conflict.refused.as_ref());
    refused.map(ToString::to_string).unwrap_or_default()
}

#[test]
fn a_span_has_its_declared_labels() {
    let step = registry::labelled_span("declared step", "", &["phase", "device"]).unwrap();
    step.start_with(&["prefill", "cpu"]).end(Outcome::Ok);
    drop(step.enter_with(&["decode", "cpu"]));
    assert_eq!(
        spans("declared step"),
        [
            ("device=cpu,phase=decode".to_owned(), 1),
            ("device=cpu,phase=prefill".to_owned(), 1)
        ]
    );
    let same = registry::labelled_span("declared step", "", &["phase", "device"]).unwrap();
    assert!(std::ptr::eq(step, same));
    assert_eq!(conflict_text("declared step"), "");
}

#[test]
fn a_generation_has_its_model_and_declared_labels() {
    let chat = registry::labelled_generation("declared chat", "", None, &["tenant"]).unwrap();
    for (model, tenant) in [
        ("declared-8b", "a"),
        ("declared-70b", "a"),
        ("declared-8b", "b"),
    ] {
        chat.arrive_with(&[model, tenant]).end(Outcome::Ok);
    }
    let row = |model: &str, labels: &str| (model.to_owned(), labels.to_owned(), 1);
    assert_eq!(
        requests(|model| model.starts_with("declared-")),
        [
            row("declared-70b", "tenant=a"),
            row("declared-8b", "tenant=a"),
            row("declared-8b", "tenant=b")
        ]
    );
    assert_eq!(conflict_text("declared chat"), "");
}

#[test]
fn a_frame_has_its_declared_labels() {
    let canvas = registry::labelled_frame("declared canvas", "", 60.0, &["window"]).unwrap();
    drop(canvas.enter_with(&["main"]));
    let rows = metrics().frames;
    let row = rows
        .iter()
        .find(|row| &*row.frame == "declared canvas")
        .unwrap();
    assert_eq!(
        (join_labels(&row.labels), row.duration.count()),
        ("window=main".to_owned(), 1)
    );
}

#[test]
fn undeclared_label_values_are_listed_and_their_events_counted() {
    let span = registry::span("undeclared span", "").unwrap();
    span.start_with(&["x"]).end(Outcome::Ok);
    drop(span.enter_with(&["x", "y"]));
    assert_eq!(spans("undeclared span"), [(String::new(), 2)]);
    assert!(
        conflict_text("undeclared span").starts_with("2 events"),
        "{}",
        conflict_text("undeclared span")
    );

    let chat = registry::generation("undeclared chat", "", None).unwrap();
    chat.arrive_with(&["llama-8b", "tenant-a"]).end(Outcome::Ok);
    chat.arrive_as("undeclared model").end(Outcome::Ok);
    let row = |model: &str| (model.to_owned(), String::new(), 1);
    assert_eq!(
        requests(|model| model.starts_with("undeclared")),
        [row("undeclared chat"), row("undeclared model")]
    );
    let text = conflict_text("undeclared chat");
    assert!(
        text.contains("1 events") && text.contains("labelled_generation"),
        "{text}"
    );
}

#[test]
fn declared_labels_without_values_have_the_value_none() {
    let step = registry::labelled_span("bare step", "", &["phase"]).unwrap();
    assert_eq!(spans("bare step"), [], "no call was recorded yet");
    step.start().end(Outcome::Ok);
    step.start_with(&["a", "b"]).end(Outcome::Error);
    step.start_with(&[""]).end(Outcome::Ok);
    assert_eq!(spans("bare step"), [("phase=(none)".to_owned(), 3)]);
    assert!(conflict_text("bare step").starts_with("1 events"));

    let chat = registry::labelled_generation("bare chat", "", None, &["tenant"]).unwrap();
    chat.arrive().end(Outcome::Ok);
    chat.arrive_with(&["", ""]).end(Outcome::Ok);
    let rows = requests(|model| model == "bare chat" || model == "(none)");
    let row = |model: &str| (model.to_owned(), "tenant=(none)".to_owned(), 1);
    assert_eq!(rows, [row("(none)"), row("bare chat")]);
}

#[test]
fn a_label_that_cannot_be_exported_is_refused() {
    for labels in [
        &["job"][..],
        &["model_name"],
        &["a", "a"],
        &["span"],
        &["__x"],
        &["0"],
    ] {
        let refused = registry::labelled_span("refused labels", "", labels).unwrap_err();
        assert!(
            matches!(refused, registry::RegistryError::Label { .. }),
            "{refused}"
        );
        assert!(registry::labelled_generation("refused labels", "", None, labels).is_err());
        assert!(registry::labelled_frame("refused labels", "", 0.0, labels).is_err());
    }
    for name in ["", " ", "a\nb"] {
        assert!(registry::span(name, "").is_err(), "{name:?}");
    }
}

#[test]
fn a_counter_has_a_series_for_each_label_set() {
    fn hit(model: &str, n: u64) {
        wf_count!("labelled_hits", n, labels(model = model, r#type = "prefix"));
    }

    hit("a", 2);
    hit("b", 3);
    hit("a", 1);
    wf_count!("labelled_hits");
    assert_eq!(
        counters("labelled_hits"),
        [
            (String::new(), 1),
            ("model=a,type=prefix".to_owned(), 3),
            ("model=b,type=prefix".to_owned(), 3)
        ]
    );
}

#[test]
fn beyond_the_limit_of_label_sets_no_count_is_lost() {
    for i in 0..40 {
        wf_count!("crowded_hits", labels(user = format!("user {i}")));
    }
    let rows = counters("crowded_hits");
    assert_eq!(rows.iter().map(|(_, n)| n).sum::<u64>(), 40);
    assert!(rows.contains(&("user=(other)".to_owned(), 8)), "{rows:?}");
}

#[test]
fn a_gauge_has_a_series_for_each_label_set_and_drops_values_beyond_the_limit() {
    for tier in ["memory", "disk"] {
        wf_gauge!("tier_bytes", tier.len() as f64, labels(tier = tier));
    }
    assert_eq!(
        gauges("tier_bytes"),
        [
            ("tier=disk".to_owned(), 4.0),
            ("tier=memory".to_owned(), 6.0)
        ]
    );
    let before = metrics().dropped;
    for i in 0_u32..34 {
        wf_gauge!(
            "crowded_bytes",
            f64::from(i),
            labels(tier = format!("tier {i}"))
        );
    }
    let rows = gauges("crowded_bytes");
    assert_eq!(rows.len(), 32, "{rows:?}");
    assert!(metrics().dropped >= before + 2, "two values had no series");
}

#[test]
fn a_registered_gauge_and_a_gauge_macro_share_one_series() {
    wf_gauge!("shared_bytes", 1.0, labels(tier = "a"));
    let same = registry::gauge("shared_bytes", "", &[("tier", "a")]).unwrap();
    assert_eq!(same.value(), 1.0);
}
