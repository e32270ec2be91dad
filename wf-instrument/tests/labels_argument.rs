//! `labels(..)`: labels whose values are chosen at each call.

mod common;

use std::fmt;

use common::block_on;
use wf_instrument::clock::mock::Mock;
use wf_instrument::snapshot::{Label, Snapshot};
use wf_instrument::{Nanos, wf_measure, wf_token};

#[derive(Clone, Copy)]
enum Device {
    Cpu,
    Cuda(u32),
}

impl Device {
    fn name(self) -> String {
        match self {
            Self::Cpu => "cpu".to_owned(),
            Self::Cuda(n) => format!("cuda:{n}"),
        }
    }
}

/// Joins the labels as `key=value`, in the order of the row.
fn join_labels(labels: &[Label]) -> String {
    let pairs = labels.iter().map(|(key, value)| format!("{key}={value}"));
    pairs.collect::<Vec<_>>().join(",")
}

fn spans(name: &str) -> Vec<(String, [u64; 4])> {
    let rows = Snapshot::take().metrics.spans;
    let rows = rows.iter().filter(|row| &*row.span == name);
    rows.map(|row| {
        (
            join_labels(&row.labels),
            common::rows::outcome_counts(row.outcomes()),
        )
    })
    .collect()
}

fn generations(is_ours: impl Fn(&str) -> bool) -> Vec<(String, String, u64)> {
    let rows = Snapshot::take().metrics.generations;
    let rows = rows.iter().filter(|row| is_ours(&row.model));
    rows.map(|row| (row.model.to_string(), join_labels(&row.labels), row.tokens))
        .collect()
}

#[test]
fn spans_have_a_series_for_each_label_set_sorted_by_label_name() {
    #[wf_measure(name = "step", labels(phase = phase, device = device.name()))]
    fn step(device: Device, phase: &str) -> Result<(), fmt::Error> {
        if phase == "prefill" {
            Err(fmt::Error)
        } else {
            Ok(())
        }
    }

    assert_eq!(spans("step"), [], "no value is known before the first call");
    let _error = step(Device::Cpu, "prefill");
    for device in [Device::Cpu, Device::Cuda(1), Device::Cuda(1)] {
        step(device, "decode").expect("decoding succeeds");
    }
    assert_eq!(
        spans("step"),
        [
            ("device=cpu,phase=decode".to_owned(), [1, 0, 0, 0]),
            ("device=cpu,phase=prefill".to_owned(), [0, 1, 0, 0]),
            ("device=cuda:1,phase=decode".to_owned(), [2, 0, 0, 0]),
        ]
    );
}

#[test]
fn async_functions_and_literal_labels_are_labelled_too() {
    #[wf_measure(name = "labelled async", labels(kind = kind))]
    async fn wait(kind: &str) {
        common::yield_now().await;
    }

    #[wf_measure(name = "labelled guard", labels(kind = "constant"))]
    fn work() {}

    block_on(wait("a"));
    work();
    assert_eq!(
        spans("labelled async"),
        [("kind=a".to_owned(), [1, 0, 0, 0])]
    );
    assert_eq!(
        spans("labelled guard"),
        [("kind=constant".to_owned(), [1, 0, 0, 0])]
    );
}

#[test]
fn generations_have_a_series_for_each_model_and_label_set() {
    #[wf_measure(ttft, model = model, labels(lane = lane))]
    fn generate(model: &str, lane: &str) {
        wf_token!(2);
    }

    #[wf_measure(ttft, model = "literal", labels(lane = lane))]
    fn literal(lane: &str) {
        wf_token!();
    }

    #[wf_measure(ttft, name = "unnamed", labels(lane = lane))]
    fn unnamed(lane: &str) -> impl Iterator<Item = u8> + use<> {
        0..3
    }

    generate("labelled-a", "fast");
    generate("labelled-b", "slow");
    generate("labelled-a", "fast");
    literal("fast");
    unnamed("slow").for_each(drop);
    let row = |model: &str, lane: &str, tokens| (model.to_owned(), format!("lane={lane}"), tokens);
    assert_eq!(
        generations(|model| model.starts_with("labelled-")),
        [row("labelled-a", "fast", 4), row("labelled-b", "slow", 2)]
    );
    assert_eq!(
        generations(|model| model == "literal"),
        [row("literal", "fast", 1)]
    );
    assert_eq!(
        generations(|model| model == "unnamed"),
        [row("unnamed", "slow", 3)]
    );
}

#[test]
fn beyond_the_limit_of_label_sets_no_event_is_lost() {
    #[wf_measure(ttft, model = "crowded", labels(user = user))]
    fn generate(user: &str) {
        wf_token!();
    }

    for i in 0..40 {
        generate(&format!("user {i}"));
    }
    let rows = generations(|model| model == "crowded");
    assert_eq!(rows.len(), 33, "32 sets and the rest");
    assert_eq!(rows.iter().map(|(.., tokens)| tokens).sum::<u64>(), 40);
    let rest = rows.iter().find(|(_, labels, _)| labels == "user=(other)");
    assert_eq!(rest.expect("a row for the rest").2, 8);
}

#[test]
fn late_frames_are_counted_by_label_set() {
    #[wf_measure(frame, name = "window", target_fps = 50, labels(window = window))]
    fn draw(clock: &Mock, window: &str, millis: u64) {
        clock.advance(Nanos::from_millis(millis));
    }

    let clock = Mock::start();
    draw(&clock, "main", 10);
    draw(&clock, "preview", 30);
    let rows = Snapshot::take().metrics.frames;
    let rows = rows.iter().filter(|row| &*row.frame == "window");
    let rows: Vec<_> = rows
        .map(|row| (join_labels(&row.labels), row.late, row.target_fps))
        .collect();
    assert_eq!(
        rows,
        [
            ("window=main".to_owned(), 0, 50.0),
            ("window=preview".to_owned(), 1, 50.0)
        ]
    );
}

#[test]
fn a_window_keeps_label_sets_separate() {
    #[wf_measure(name = "window of labels", labels(kind = kind))]
    fn call(kind: &str) {}

    call("a");
    let before = Snapshot::take();
    call("b");
    call("b");
    let window = wf_instrument::snapshot::Window::between(&before, &Snapshot::take());
    let rows = window
        .metrics
        .spans
        .iter()
        .filter(|row| &*row.span == "window of labels");
    let rows: Vec<_> = rows
        .map(|row| (join_labels(&row.labels), row.ok.count()))
        .collect();
    assert_eq!(rows, [("kind=a".to_owned(), 0), ("kind=b".to_owned(), 2)]);
}

#[test]
fn an_unlabelled_handle_of_the_same_name_has_a_separate_series() {
    #[wf_measure(name = "shared name", labels(kind = "static"))]
    fn call() {}

    call();
    let handle = wf_instrument::registry::span("shared name", "").expect("there is room");
    handle.start().end(wf_instrument::Outcome::Ok);
    assert_eq!(
        spans("shared name"),
        [
            (String::new(), [1, 0, 0, 0]),
            ("kind=static".to_owned(), [1, 0, 0, 0])
        ]
    );
}
