use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::*;
use crate::controllers::{Controller, Proposal, TickContext};
use crate::gate::Gate;
use wf_instrument::Ratio;
use wf_instrument::histogram::HistogramSnapshot;
use wf_instrument::snapshot::{GenerationMetrics, Metrics, RequestHistogram};
use wf_sense::Reading;

fn knob(value: u64) -> (Knob, Arc<AtomicU64>) {
    let cell = Arc::new(AtomicU64::new(value));
    let (shown, moved) = (cell.clone(), cell.clone());
    let apply = move |to| {
        moved.store(to, Ordering::SeqCst);
        Ok(to)
    };
    (
        Knob::concurrency(1..=64, move || shown.load(Ordering::SeqCst), apply),
        cell,
    )
}

fn control(knob: Knob) -> Control {
    let targets = Targets {
        inter_token_latency: Some(Nanos::from_millis(20)),
        ..Targets::default()
    };
    Control::new(
        Config {
            targets,
            ..Config::default()
        },
        vec![knob],
    )
    .unwrap()
}

/// An engine whose inter-token latency is always `gap_ms`, at second `at`.
fn snapshot(at: u64, gap_ms: u64, waiting: u64) -> Snapshot {
    let gaps: HistogramSnapshot = (0..at * 100).map(|_| gap_ms * 1_000_000).collect();
    let mut generation = GenerationMetrics::default();
    generation.tokens = at * 100;
    generation[RequestHistogram::InterTokenLatency] = gaps;
    generation.waiting = waiting;
    generation.running = 64;
    let metrics = {
        let mut metrics = Metrics::default();
        metrics.generations = vec![generation];
        metrics
    };
    Snapshot::new(Nanos::from_secs(at), metrics)
}

fn tick(control: &mut Control, at: u64, gap_ms: u64, waiting: u64) -> Decision {
    let snapshot = snapshot(at, gap_ms, waiting);
    control.tick(snapshot.at, snapshot, Readings::default())
}

#[test]
fn falling_back_restores_the_setting_that_last_met_the_targets_and_moves_nothing_more() {
    let (knob, cell) = knob(8);
    let mut control = control(knob);
    tick(&mut control, 1, 5, 0);
    tick(&mut control, 2, 5, 0);
    cell.store(40, Ordering::SeqCst);
    control.fall_back(Nanos::from_secs(3), Mode::Advisory, "the tick panicked");
    assert_eq!(cell.load(Ordering::SeqCst), 8);
    for at in 4..9 {
        tick(&mut control, at, 5, 9);
    }
    assert_eq!(
        (cell.load(Ordering::SeqCst), control.mode()),
        (8, Mode::Advisory)
    );
}

#[test]
fn a_dry_run_journals_its_moves_and_makes_none() {
    let (knob, cell) = knob(8);
    let mut control = control(knob);
    control.set_mode(Mode::Advisory);
    tick(&mut control, 1, 5, 9);
    let decision = tick(&mut control, 2, 5, 9);
    assert_eq!(decision.moves[0].to, 12);
    let advice = format!("would move {}: ", decision.moves[0]);
    assert!(decision.reason.starts_with(&advice), "{}", decision.reason);
    assert_eq!(lock(&control.journal).status().reason, decision.reason);
    assert_eq!(cell.load(Ordering::SeqCst), 8);
    let actions = lock(&control.journal).actions();
    assert!(actions.iter().all(|action| action.count == 0));
}

#[test]
fn a_knob_that_refuses_is_left_alone_after_the_third_time() {
    let refusing = Knob::concurrency(1..=64, || 8, |_| Err("busy".into()));
    let mut control = control(refusing);
    (1..60).for_each(|at| drop(tick(&mut control, at, 5, 9)));
    let records = control.records();
    let failures = records
        .iter()
        .flat_map(|r| &r.outcomes)
        .filter(|d| d.result.is_err())
        .count();
    assert_eq!(failures, 3);
    assert!(
        records
            .last()
            .unwrap()
            .decision
            .reason
            .contains("quarantined")
    );
}

#[test]
fn every_tick_leaves_a_numbered_record_with_a_reason() {
    let mut control = control(knob(8).0);
    (1..700).for_each(|at| drop(tick(&mut control, at, 5, at % 3)));
    let records = control.records();
    assert_eq!(
        (records.len(), records[0].seq, records[599].seq),
        (600, 100, 699)
    );
    assert!(records.iter().all(|r| !r.decision.reason.is_empty()));
}

#[test]
fn no_evidence_mixes_the_time_before_a_move_with_the_time_after() {
    let mut control = control(knob(8).0);
    (1..5).for_each(|at| drop(tick(&mut control, at, 5, 9)));
    let records = control.records();
    let moved = records[1].inputs.evidence.at;
    assert_eq!(records[1].outcomes.len(), 1);
    let after = &records[3].inputs.evidence;
    assert_eq!(after.at.since(moved), Nanos::from_secs(2));
    assert_eq!(
        after.requests.inter_token_latency_p99, None,
        "200 gaps since the move and 300 in all"
    );
}

#[test]
fn the_watchdog_leaves_a_knob_that_was_just_set_by_hand() {
    let (knob, cell) = knob(8);
    let mut control = control(knob);
    tick(&mut control, 1, 5, 0);
    tick(&mut control, 2, 5, 0);
    let (now, until) = (Nanos::from_secs(3), Nanos::from_secs(60));
    control.set("concurrency", 20, now, until).unwrap();
    control.fall_back(now, Mode::Active, "the tick came late");
    assert_eq!(cell.load(Ordering::SeqCst), 20);
}

#[test]
fn a_knob_set_by_hand_stays_after_a_decision_that_panics() {
    #[derive(Debug)]
    struct Broken;
    impl Controller for Broken {
        fn propose(&mut self, _: &TickContext<'_>) -> Proposal {
            panic!("on purpose")
        }
    }
    for ticks_since_set in [0, 3] {
        let (knob, cell) = knob(8);
        let mut control = control(knob);
        tick(&mut control, 1, 5, 0);
        tick(&mut control, 2, 5, 0);
        let until = Nanos::from_secs(60);
        control
            .set("concurrency", 20, Nanos::from_secs(2), until)
            .unwrap();
        (3..3 + ticks_since_set).for_each(|at| drop(tick(&mut control, at, 40, 0)));
        let state = std::mem::take(&mut control.state);
        control.state = state.with_controllers(vec![(0, Box::new(Broken))]);
        let broken = AssertUnwindSafe(|| tick(&mut control, 9, 40, 0));
        assert!(catch_unwind(broken).is_err());
        control.fall_back(Nanos::from_secs(9), Mode::Advisory, "the tick panicked");
        assert_eq!(cell.load(Ordering::SeqCst), 20);
    }
}

#[test]
fn a_value_that_the_watchdog_could_not_restore_is_restored_later() {
    let cell = Arc::new(AtomicU64::new(8));
    let (shown, moved) = (cell.clone(), cell.clone());
    let mut refusals = 1;
    let apply = move |to| {
        if refusals > 0 {
            refusals -= 1;
            return Err("not now".into());
        }
        moved.store(to, Ordering::SeqCst);
        Ok(to)
    };
    let reluctant = Knob::concurrency(1..=64, move || shown.load(Ordering::SeqCst), apply);
    let mut control = control(reluctant);
    tick(&mut control, 1, 5, 0);
    tick(&mut control, 2, 5, 0);
    cell.store(40, Ordering::SeqCst);
    control.fall_back(Nanos::from_secs(3), Mode::Active, "the tick came late");
    assert_eq!(cell.load(Ordering::SeqCst), 40);
    tick(&mut control, 4, 5, 0);
    assert_eq!(cell.load(Ordering::SeqCst), 8);
}

#[test]
fn fast_readings_are_evidence_of_the_next_tick_and_move_nothing() {
    let (knob, cell) = knob(8);
    let mut control = control(knob);
    tick(&mut control, 1, 5, 0);
    let full = |at, percent: f64, alarmed| {
        let mut fast = FastReadings::default();
        fast.memory_utilization = Reading::Present {
            value: Ratio::new(percent / 100.0).unwrap(),
            at: Nanos::from_secs(1),
        };
        fast.at = Nanos::from_secs(at);
        fast.alarmed = alarmed;
        fast
    };
    control.fast_readings(&full(1, 97.0, true));
    control.fast_readings(&full(1, 40.0, false));
    // The share is four seconds old: the process is out of descriptors.
    control.fast_readings(&full(5, 99.0, false));
    tick(&mut control, 2, 5, 0);
    tick(&mut control, 3, 5, 0);
    let records = control.records();
    let fast = |record: usize| records[record].inputs.evidence.fast;
    assert_eq!((fast(1).readings, fast(1).alarms), (3, 1));
    assert_eq!(fast(1).memory_peak, Ratio::new(0.97));
    assert_eq!(fast(2), FastEvidence::default());
    assert_eq!(cell.load(Ordering::SeqCst), 8);
}

#[cfg(feature = "serde")]
#[test]
fn a_serialized_journal_gives_the_same_decisions_again() {
    let mut control = control(knob(8).0);
    (1..60).for_each(|at| drop(tick(&mut control, at, 5 + at % 40, at % 3)));
    let records = control.records();
    let json = serde_json::to_string(&records).unwrap();
    let read: Vec<Record> = serde_json::from_str(&json).unwrap();
    assert_eq!(read, records);
    let mut state = State::default();
    for record in read {
        let (next, decision) = step(state, &record.inputs, &control.config);
        assert_eq!(decision, record.decision);
        state = next;
    }
}

#[cfg(feature = "serde")]
#[test]
fn a_record_and_a_configuration_without_the_newest_fields_can_be_read() {
    let evidence = r#"{"requests":{"time_to_first_token":{}},"host":{},"fast":{}}"#;
    let decision = r#"{"reason":"hold","diagnosis":{"scores":{},"indicators":{}}}"#;
    let record = format!(r#"{{"inputs":{{"evidence":{evidence}}},"decision":{decision}}}"#);
    let record: Record = serde_json::from_str(&record).unwrap();
    assert_eq!(record.decision.reason, "hold");
    let config = r#"{"targets":{},"thresholds":{},"limits":{"experiments":5}}"#;
    let mut expected = Config::default();
    expected.limits.experiments = 5;
    assert_eq!(serde_json::from_str::<Config>(config).unwrap(), expected);
}

/// The last reason to hold the limit of a gate, after three ticks in which requests wait.
fn reason_to_hold(gate: Gate, bounds: RangeInclusive<u64>, gap_ms: u64, keep: bool) -> String {
    let mut control = control(gate.knob(bounds));
    let kept = keep.then_some(gate);
    (1..4).for_each(|at| drop(tick(&mut control, at, gap_ms, 9)));
    drop(kept);
    lock(&control.journal).status().reason
}

fn gate(limit: usize) -> Gate {
    Gate::new(limit, 100, Duration::from_secs(1))
}

#[test]
fn a_dropped_gate_is_named_whatever_else_would_hold_the_limit() {
    let dropped = "hold concurrency 3: its gate was dropped";
    for gap_ms in [5, 19, 40] {
        assert_eq!(reason_to_hold(gate(3), 1..=64, gap_ms, false), dropped);
    }
    let knob = gate(3).knob(1..=64);
    let mut without_target = Control::new(Config::default(), vec![knob]).unwrap();
    tick(&mut without_target, 1, 5, 0);
    let reason = tick(&mut without_target, 2, 5, 0).reason;
    assert!(reason.ends_with("its gate was dropped"), "{reason}");
}

#[test]
fn a_panic_of_the_closure_that_reads_a_knob_is_named() {
    let mut control = control(Knob::concurrency(1..=64, || panic!("torn"), Ok));
    tick(&mut control, 1, 5, 0);
    let reason = tick(&mut control, 2, 5, 0).reason;
    let start = "hold concurrency 1: the application's closure of concurrency panicked";
    assert!(reason.starts_with(start), "{reason}");
}

#[test]
fn a_limit_outside_its_bounds_is_named() {
    let high = reason_to_hold(gate(2), 1..=1, 5, true);
    let start = "hold concurrency 2 (outside its bounds, 1 to 1): ";
    assert!(high.starts_with(start), "{high}");
    assert!(high.ends_with("the limit is above its maximum"), "{high}");
}

#[test]
fn status_and_records_read_as_sentences_without_repetition() {
    let mut control = control(knob(8).0);
    tick(&mut control, 1, 5, 0);
    let reason = tick(&mut control, 2, 5, 0).reason;
    assert!(reason.starts_with("hold "), "{reason}");
    let record = control.records()[1].to_string();
    assert_eq!(record, format!("#2: {reason}"));
    let status = lock(&control.journal).status().to_string();
    let line = format!("active; bottleneck balanced; last decision: {reason}");
    assert_eq!(status, line);
}

#[test]
fn a_configuration_that_was_read_from_a_file_is_checked_too() {
    let zero = Some(Nanos::ZERO);
    let mut zero_target = Config::default();
    zero_target.targets.time_to_first_token = zero;
    let refused = Control::new(zero_target, vec![knob(8).0]).unwrap_err();
    assert!(matches!(refused, StartError::ZeroTarget), "{refused}");
    let mut zero_threshold = Config::default();
    zero_threshold.thresholds.memory_full = 0.0;
    let refused = Control::new(zero_threshold, vec![knob(8).0]).unwrap_err();
    assert!(refused.to_string().contains("memory_full"), "{refused}");
    let twice = Control::new(Config::default(), vec![knob(8).0, knob(8).0]);
    assert!(matches!(twice, Err(StartError::SameName { .. })));
}

#[test]
fn a_limit_out_of_its_range_is_refused_by_its_name() {
    type Change = fn(&mut Limits);
    let limited = |change: Change| {
        let mut config = Config::default();
        change(&mut config.limits);
        Control::new(config, vec![knob(8).0])
    };
    let refused: [(&str, Change); 10] = [
        ("aim", |limits| limits.aim = 85.0),
        ("aim", |limits| limits.aim = 0.0),
        ("largest_cut", |limits| limits.largest_cut = f64::NAN),
        ("largest_cut", |limits| limits.largest_cut = 1.1),
        ("largest_raise", |limits| limits.largest_raise = -0.5),
        ("largest_raise", |limits| {
            limits.largest_raise = f64::INFINITY;
        }),
        ("stall", |limits| limits.stall = f64::NAN),
        ("stall", |limits| limits.stall = 0.0),
        ("dead_band", |limits| limits.dead_band = f64::NAN),
        ("dead_band", |limits| limits.dead_band = 1.0),
    ];
    for (name, change) in refused {
        let refused = limited(change).unwrap_err().to_string();
        assert!(
            refused.starts_with(&format!("the limit {name} is ")),
            "{refused}"
        );
    }
    let at_the_ends = limited(|limits| {
        (limits.aim, limits.largest_cut) = (1.0, 1.0);
        (limits.largest_raise, limits.stall, limits.dead_band) = (3.0, 1.5, 0.0);
    });
    assert!(at_the_ends.is_ok(), "{at_the_ends:?}");
}

#[cfg(feature = "serde")]
#[test]
fn a_misspelled_field_of_a_configuration_is_refused() {
    for misspelled in [
        r#"{"target":{}}"#,
        r#"{"targets":{"inter_token":20000000}}"#,
        r#"{"thresholds":{"cpu":0.9}}"#,
        r#"{"limits":{"aims":0.9}}"#,
    ] {
        let refused = serde_json::from_str::<Config>(misspelled).unwrap_err();
        assert!(refused.to_string().contains("unknown field"), "{refused}");
    }
    let empty: Config = serde_json::from_str("{}").unwrap();
    assert_eq!(empty, Config::default());
}
