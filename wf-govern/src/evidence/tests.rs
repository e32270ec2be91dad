use super::*;
use wf_instrument::PerSecond;
use wf_instrument::histogram::HistogramSnapshot;
use wf_instrument::snapshot::{FrameMetrics, RequestHistogram, SpanMetrics};
use wf_instrument::snapshot::{GenerationMetrics, Metrics, Snapshot};
use wf_sense::{Reading, Readings};

const STALE: Nanos = Nanos::from_secs(3);

const fn secs(n: u64) -> Nanos {
    Nanos::from_secs(n)
}

/// One model with so many first tokens of 100 ms, gaps of 10 ms, and requests cancelled
/// before their first token.
fn snapshot(at: u64, first: u64, gaps: u64, cancelled_before_first_token: u64) -> Snapshot {
    let repeated = |ms: u64, n| {
        (0..n)
            .map(|_| ms * 1_000_000)
            .collect::<HistogramSnapshot>()
    };
    let mut generation = GenerationMetrics::default();
    generation.tokens = first + gaps;
    generation[RequestHistogram::TimeToFirstToken] = repeated(100, first);
    generation[RequestHistogram::InterTokenLatency] = repeated(10, gaps);
    generation[RequestHistogram::CancelledBeforeFirstToken] =
        repeated(5, cancelled_before_first_token);
    let metrics = {
        let mut metrics = Metrics::default();
        metrics.generations = vec![generation];
        metrics
    };
    Snapshot::new(secs(at), metrics)
}

fn sense(recent: &mut Recent, snapshot: Snapshot) -> Evidence {
    recent.sense(snapshot.at, snapshot, Readings::default(), STALE)
}

fn about_ms(time: Option<Nanos>) -> Option<u64> {
    time.map(|t| t.get() / 1_000_000)
}

#[test]
fn a_first_snapshot_says_nothing_and_a_second_one_its_difference() {
    let mut recent = Recent::default();
    assert_eq!(
        sense(&mut recent, snapshot(1, 50, 500, 0)).missing,
        Some(Missing::NoWindow)
    );
    let evidence = sense(&mut recent, snapshot(2, 50, 700, 0));
    assert_eq!(evidence.missing, None);
    assert_eq!(evidence.requests.tokens.map(PerSecond::get), Some(200.0));
    assert_eq!(about_ms(evidence.requests.inter_token_latency), Some(10));
    assert_eq!(
        evidence.requests.time_to_first_token,
        Quantiles::default(),
        "nobody's first token came"
    );
}

#[test]
fn a_quantile_waits_until_there_are_enough_samples() {
    let mut recent = Recent::default();
    let evidence: Vec<Evidence> = (0..8)
        .map(|s| sense(&mut recent, snapshot(s + 1, s * 10, s * 60, 0)))
        .collect();
    assert_eq!(
        about_ms(evidence[1].requests.time_to_first_token.p50),
        Some(100),
        "ten in one second"
    );
    assert_eq!(
        evidence[2].requests.time_to_first_token.p90, None,
        "twenty in two"
    );
    assert_eq!(
        about_ms(evidence[3].requests.time_to_first_token.p90),
        Some(100),
        "thirty in three"
    );
    assert_eq!(
        evidence[4].requests.inter_token_latency_p99, None,
        "240 gaps"
    );
    assert_eq!(
        about_ms(evidence[5].requests.inter_token_latency_p99),
        Some(10),
        "300 gaps"
    );
}

#[test]
fn a_request_cancelled_before_its_first_token_makes_the_quantiles_worse() {
    let mut recent = Recent::default();
    sense(&mut recent, snapshot(1, 0, 0, 0));
    let evidence = sense(&mut recent, snapshot(2, 40, 0, 10))
        .requests
        .time_to_first_token;
    assert_eq!(about_ms(evidence.p50), Some(100));
    assert_eq!(
        evidence.p90,
        Some(Quantiles::UNBOUNDED),
        "a fifth never saw a token"
    );
}

#[test]
fn no_window_reaches_back_past_a_cut() {
    let mut recent = Recent::default();
    for s in 0..6 {
        sense(&mut recent, snapshot(s + 1, s * 10, 0, 0));
    }
    recent.cut();
    let evidence = sense(&mut recent, snapshot(7, 60, 0, 0));
    assert_eq!(
        evidence.requests.time_to_first_token.p90, None,
        "ten since the cut"
    );
    assert_eq!(
        about_ms(evidence.requests.time_to_first_token.p50),
        Some(100)
    );
}

#[test]
fn a_snapshot_that_is_old_or_goes_back_says_nothing() {
    let mut recent = Recent::default();
    sense(&mut recent, snapshot(10, 0, 0, 0));
    let same = sense(&mut recent, snapshot(10, 9, 900, 0));
    assert_eq!(same.missing, Some(Missing::ClockWentBack));
    let back = sense(&mut recent, snapshot(9, 9, 900, 0));
    assert_eq!(
        (back.missing, back.requests.tokens),
        (Some(Missing::ClockWentBack), None)
    );
    let old = recent.sense(
        secs(15),
        snapshot(11, 9, 900, 0),
        Readings::default(),
        STALE,
    );
    assert_eq!(old.missing, Some(Missing::Stale(secs(4))));
}

#[test]
fn an_old_reading_is_unknown() {
    let mut recent = Recent::default();
    let cores = |at| {
        let mut readings = Readings::default();
        readings.cpu.limit = Reading::Present {
            value: 2.0,
            at: secs(at),
        };
        readings
    };
    let evidence = recent.sense(secs(13), snapshot(13, 0, 0, 0), cores(10), STALE);
    assert_eq!(evidence.host.cores.value(), Some(&2.0));
    let evidence = recent.sense(secs(14), snapshot(14, 0, 0, 0), cores(10), STALE);
    assert_eq!(evidence.host.cores.reason(), Some("4s old"));
}

#[test]
fn models_are_summed_and_also_kept_apart() {
    let mut recent = Recent::default();
    let two = |at: u64, tokens: u64| {
        let mut both = snapshot(at, 0, tokens, 0);
        let mut other = snapshot(at, 0, 2 * tokens, 0).metrics.generations.remove(0);
        other.model = "other".into();
        both.metrics.generations.push(other);
        both
    };
    sense(&mut recent, two(1, 0));
    let evidence = sense(&mut recent, two(2, 100));
    assert_eq!(evidence.requests.tokens.map(PerSecond::get), Some(300.0));
    let of_model = |model: &str| evidence.requests_of(Some(model)).tokens.map(PerSecond::get);
    assert_eq!(
        (of_model(""), of_model("other")),
        (Some(100.0), Some(200.0))
    );
    assert_eq!(of_model("unknown"), None);
}

#[test]
fn a_model_has_no_evidence_of_another_one_even_if_that_is_the_only_one() {
    let mut recent = Recent::default();
    sense(&mut recent, snapshot(1, 0, 0, 0));
    let evidence = sense(&mut recent, snapshot(2, 0, 100, 0));
    assert_eq!(evidence.requests_of(Some("")), &evidence.requests);
    let of_unknown = evidence.requests_of(Some("unknown"));
    assert_eq!(of_unknown, &RequestEvidence::default());
    assert_eq!(evidence.requests_of(None), &evidence.requests);
}

#[test]
fn the_worst_drawing_function_counts_and_a_closed_one_does_not() {
    let drawn = |at: u64, fast: u64, slow: u64| {
        let frame = |name: &str, n: u64| {
            let mut row = FrameMetrics::default();
            row.frame = name.into();
            row.duration = (0..n).collect();
            row.target_fps = 60.0;
            row
        };
        let frames = vec![frame("closed", 7), frame("fast", fast), frame("slow", slow)];
        Snapshot::new(secs(at), {
            let mut metrics = Metrics::default();
            metrics.frames = frames;
            metrics
        })
    };
    let mut recent = Recent::default();
    sense(&mut recent, drawn(1, 0, 0));
    assert_eq!(
        sense(&mut recent, drawn(2, 60, 30)).frames.map(Ratio::get),
        Some(0.5)
    );
    assert_eq!(sense(&mut recent, drawn(3, 60, 30)).frames, None);
}

#[test]
fn the_ring_stays_small() {
    let mut recent = Recent::default();
    (0..500).for_each(|s| drop(sense(&mut recent, snapshot(s + 1, s, s, 0))));
    let (oldest, latest) = recent.snapshots.back(secs(3_600)).unwrap();
    let length = latest.at.since(oldest.at);
    assert!(length <= secs(31), "a snapshot a second for {length}");
}

#[test]
fn a_slow_models_gaps_are_judged_over_a_longer_window() {
    let mut recent = Recent::default();
    let evidence: Vec<_> = (0..8)
        .map(|s| {
            sense(&mut recent, snapshot(s + 1, 0, s * 3, 0))
                .requests
                .inter_token_latency
        })
        .map(about_ms)
        .collect();
    assert_eq!(evidence[..4], [None; 4], "nine gaps at most");
    assert_eq!(evidence[7], Some(10));
}

#[test]
fn a_rejected_request_makes_the_quantiles_worse_and_shows_that_requests_are_held_back() {
    let rejected = |at, n: u64| {
        let mut snapshot = snapshot(at, 40 * n, 0, 0);
        snapshot.metrics.generations[0].rejected = 10 * n;
        snapshot
    };
    let mut recent = Recent::default();
    sense(&mut recent, rejected(1, 0));
    let evidence = sense(&mut recent, rejected(2, 1));
    assert_eq!(
        (evidence.requests.rejected, evidence.requests.is_limited()),
        (10, true)
    );
    assert_eq!(
        about_ms(evidence.requests.time_to_first_token.p50),
        Some(100)
    );
    assert_eq!(
        evidence.requests.time_to_first_token.p90,
        Some(Quantiles::UNBOUNDED),
        "a fifth never saw a token"
    );
}

#[test]
fn counts_of_a_hostile_snapshot_do_not_overflow() {
    let mut recent = Recent::default();
    sense(&mut recent, snapshot(1, 0, 0, 0));
    let mut hostile = snapshot(2, 0, 0, 0);
    let outcomes = &mut hostile.metrics.generations[0].outcomes;
    (outcomes.error, outcomes.panicked) = (u64::MAX, 1);
    assert_eq!(sense(&mut recent, hostile).requests.failed, u64::MAX);
}

#[test]
fn model_loads_are_found_by_the_name_of_their_span() {
    let mut recent = Recent::default();
    let load = |at: u64, in_flight: u64, took: &[u64]| {
        let mut snapshot = snapshot(at, 0, 0, 0);
        let span = |name: &str| {
            let mut row = SpanMetrics::default();
            row.span = name.into();
            row.in_flight = in_flight;
            row.ok = took.iter().copied().collect();
            row
        };
        snapshot.metrics.spans = vec![span(MODEL_LOAD), span("something else")];
        snapshot
    };
    let first = recent.sense(secs(1), load(1, 1, &[]), Readings::default(), STALE);
    assert_eq!(first.model_loads, ModelLoads::default());
    let loading = recent.sense(secs(2), load(2, 1, &[]), Readings::default(), STALE);
    assert_eq!(
        (
            loading.model_loads.running,
            loading.model_loads.mean_duration
        ),
        (1, None)
    );
    let took = [2_000_000_000, 4_000_000_000];
    let loaded = recent.sense(secs(3), load(3, 0, &took), Readings::default(), STALE);
    assert_eq!(loaded.model_loads.running, 0);
    let mean = loaded.model_loads.mean_duration.unwrap().as_secs();
    assert!((mean - 3.0).abs() < 0.03, "{mean}");
    for at in 4..=40 {
        let _ = recent.sense(secs(at), load(at, 0, &took), Readings::default(), STALE);
    }
    let later = recent.sense(secs(41), load(41, 0, &took), Readings::default(), STALE);
    assert_eq!(later.model_loads.mean_duration, None);
}
