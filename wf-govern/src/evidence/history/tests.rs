use super::*;
use wf_instrument::snapshot::{FrameMetrics, RequestHistogram, SpanMetrics};
use wf_sense::{Cpu, Reading};

const STALE: Nanos = Nanos::from_secs(3);

const fn secs(n: u64) -> Nanos {
    Nanos::from_secs(n)
}

/// One model with so many first tokens of 100 ms, gaps of 10 ms, and requests that gave up.
fn snapshot(at: u64, first: u64, gaps: u64, gave_up: u64) -> Snapshot {
    let repeated = |ms: u64, n| {
        (0..n)
            .map(|_| ms * 1_000_000)
            .collect::<HistogramSnapshot>()
    };
    let mut generation = GenerationMetrics::default();
    generation.tokens = first + gaps;
    generation[RequestHistogram::TimeToFirstToken] = repeated(100, first);
    generation[RequestHistogram::InterTokenLatency] = repeated(10, gaps);
    generation[RequestHistogram::CancelledBeforeFirstToken] = repeated(5, gave_up);
    let metrics = Metrics {
        generations: vec![generation],
        ..Metrics::default()
    };
    Snapshot {
        at: secs(at),
        metrics,
    }
}

fn sense(history: &mut History, snapshot: Snapshot) -> Evidence {
    history.sense(snapshot.at, snapshot, Readings::default(), STALE)
}

fn about_ms(told: Option<Nanos>) -> Option<u64> {
    told.map(|t| t.get() / 1_000_000)
}

#[test]
fn a_first_snapshot_says_nothing_and_a_second_one_its_difference() {
    let mut history = History::default();
    assert_eq!(
        sense(&mut history, snapshot(1, 50, 500, 0)).missing,
        Some(Missing::NoWindow)
    );
    let told = sense(&mut history, snapshot(2, 50, 700, 0));
    assert_eq!(told.missing, None);
    assert_eq!(told.tokens.map(PerSecond::get), Some(200.0));
    assert_eq!(about_ms(told.inter_token), Some(10));
    assert_eq!(
        told.time_to_first_token,
        Quantiles::default(),
        "nobody's first token came"
    );
}

#[test]
fn a_quantile_waits_until_there_are_enough_samples() {
    let mut history = History::default();
    let told: Vec<Evidence> = (0..8)
        .map(|s| sense(&mut history, snapshot(s + 1, s * 10, s * 60, 0)))
        .collect();
    assert_eq!(
        about_ms(told[1].time_to_first_token.p50),
        Some(100),
        "ten in one second"
    );
    assert_eq!(told[2].time_to_first_token.p90, None, "twenty in two");
    assert_eq!(
        about_ms(told[3].time_to_first_token.p90),
        Some(100),
        "thirty in three"
    );
    assert_eq!(told[4].inter_token_p99, None, "240 gaps");
    assert_eq!(about_ms(told[5].inter_token_p99), Some(10), "300 gaps");
}

#[test]
fn who_gives_up_before_the_first_token_makes_the_quantiles_worse() {
    let mut history = History::default();
    sense(&mut history, snapshot(1, 0, 0, 0));
    let told = sense(&mut history, snapshot(2, 40, 0, 10)).time_to_first_token;
    assert_eq!(about_ms(told.p50), Some(100));
    assert_eq!(
        told.p90,
        Some(Nanos::new(u64::MAX)),
        "a fifth never saw a token"
    );
}

#[test]
fn no_window_reaches_back_past_a_cut() {
    let mut history = History::default();
    for s in 0..6 {
        sense(&mut history, snapshot(s + 1, s * 10, 0, 0));
    }
    history.cut();
    let told = sense(&mut history, snapshot(7, 60, 0, 0));
    assert_eq!(told.time_to_first_token.p90, None, "ten since the cut");
    assert_eq!(about_ms(told.time_to_first_token.p50), Some(100));
}

#[test]
fn a_snapshot_that_is_old_or_goes_back_says_nothing() {
    let mut history = History::default();
    sense(&mut history, snapshot(10, 0, 0, 0));
    let same = sense(&mut history, snapshot(10, 9, 900, 0));
    assert_eq!(same.missing, Some(Missing::ClockWentBack));
    let back = sense(&mut history, snapshot(9, 9, 900, 0));
    assert_eq!(
        (back.missing, back.tokens),
        (Some(Missing::ClockWentBack), None)
    );
    let old = history.sense(
        secs(15),
        snapshot(11, 9, 900, 0),
        Readings::default(),
        STALE,
    );
    assert_eq!(old.missing, Some(Missing::Stale(secs(4))));
}

#[test]
fn an_old_reading_is_unknown() {
    let mut history = History::default();
    let cores = |at| Readings {
        cpu: Cpu {
            cores: Reading::Present {
                value: 2.0,
                at: secs(at),
            },
            ..Cpu::default()
        },
        ..Readings::default()
    };
    let told = history.sense(secs(13), snapshot(13, 0, 0, 0), cores(10), STALE);
    assert_eq!(told.host.cores.value(), Some(&2.0));
    let told = history.sense(secs(14), snapshot(14, 0, 0, 0), cores(10), STALE);
    assert_eq!(told.host.cores.reason(), Some("4s old"));
}

#[test]
fn models_are_taken_together() {
    let mut history = History::default();
    let two = |at: u64, tokens: u64| {
        let mut both = snapshot(at, 0, tokens, 0);
        both.metrics
            .generations
            .extend(snapshot(at, 0, 2 * tokens, 0).metrics.generations);
        both
    };
    sense(&mut history, two(1, 0));
    let told = sense(&mut history, two(2, 100));
    assert_eq!(told.tokens.map(PerSecond::get), Some(300.0));
}

#[test]
fn the_worst_drawing_function_counts_and_a_closed_one_does_not() {
    let drawn = |at: u64, fast: u64, slow: u64| {
        let frame = |name: &str, n: u64| FrameMetrics {
            frame: name.into(),
            duration: (0..n).collect(),
            target_fps: 60.0,
            ..FrameMetrics::default()
        };
        let frames = vec![frame("closed", 7), frame("fast", fast), frame("slow", slow)];
        Snapshot {
            at: secs(at),
            metrics: Metrics {
                frames,
                ..Metrics::default()
            },
        }
    };
    let mut history = History::default();
    sense(&mut history, drawn(1, 0, 0));
    assert_eq!(
        sense(&mut history, drawn(2, 60, 30)).frames.map(Ratio::get),
        Some(0.5)
    );
    assert_eq!(sense(&mut history, drawn(3, 60, 30)).frames, None);
}

#[test]
fn the_ring_stays_small() {
    let mut history = History::default();
    (0..500).for_each(|s| drop(sense(&mut history, snapshot(s + 1, s, s, 0))));
    assert!(history.rows.len() <= 32, "{} rows", history.rows.len());
}

#[test]
fn a_slow_models_gaps_are_judged_over_a_longer_window() {
    let mut history = History::default();
    let told: Vec<_> = (0..8)
        .map(|s| sense(&mut history, snapshot(s + 1, 0, s * 3, 0)).inter_token)
        .map(about_ms)
        .collect();
    assert_eq!(told[..4], [None; 4], "nine gaps at most");
    assert_eq!(told[7], Some(10));
}

#[test]
fn who_is_turned_away_makes_the_quantiles_worse_and_is_a_sign_of_too_little() {
    let turned_away = |at, n: u64| {
        let mut snapshot = snapshot(at, 40 * n, 0, 0);
        snapshot.metrics.generations[0].rejected = 10 * n;
        snapshot
    };
    let mut history = History::default();
    sense(&mut history, turned_away(1, 0));
    let told = sense(&mut history, turned_away(2, 1));
    assert_eq!((told.turned_away, told.is_limited()), (10, true));
    assert_eq!(about_ms(told.time_to_first_token.p50), Some(100));
    assert_eq!(
        told.time_to_first_token.p90,
        Some(Nanos::new(u64::MAX)),
        "a fifth never saw a token"
    );
}

#[test]
fn loads_of_models_are_seen_by_the_name_of_their_span() {
    let mut history = History::default();
    let load = |at: u64, in_flight: u64, took: &[u64]| {
        let mut snapshot = snapshot(at, 0, 0, 0);
        let span = |name: &str| SpanMetrics {
            span: name.into(),
            in_flight,
            ok: took.iter().copied().collect(),
            ..SpanMetrics::default()
        };
        snapshot.metrics.spans = vec![span(MODEL_LOAD), span("something else")];
        snapshot
    };
    let first = history.sense(secs(1), load(1, 1, &[]), Readings::default(), STALE);
    assert_eq!(first.model_loads, ModelLoads::default());
    let loading = history.sense(secs(2), load(2, 1, &[]), Readings::default(), STALE);
    assert_eq!(
        (loading.model_loads.running, loading.model_loads.took),
        (1, None)
    );
    let took = [2_000_000_000, 4_000_000_000];
    let loaded = history.sense(secs(3), load(3, 0, &took), Readings::default(), STALE);
    assert_eq!(loaded.model_loads.running, 0);
    let mean = loaded.model_loads.took.unwrap().as_secs();
    assert!((mean - 3.0).abs() < 0.03, "{mean}");
    for at in 4..=40 {
        let _ = history.sense(secs(at), load(at, 0, &took), Readings::default(), STALE);
    }
    let later = history.sense(secs(41), load(41, 0, &took), Readings::default(), STALE);
    assert_eq!(later.model_loads.took, None);
}
