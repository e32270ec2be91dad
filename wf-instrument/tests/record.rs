//! Generations and spans recorded by hand, on a mock clock.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use wf_instrument::clock::mock::Mock;
use wf_instrument::private::{GenerationSite, SpanSite, list_site};
use wf_instrument::snapshot::{GenerationMetrics, Snapshot, SpanMetrics};
use wf_instrument::{Nanos, Outcome};

/// Makes a site as a macro does.
macro_rules! site {
    ($kind:ident, $site:ty, $new:expr) => {{
        static SITE: $site = $new;
        list_site!($kind, SITE);
        &SITE
    }};
}

fn generations(model: &str) -> GenerationMetrics {
    let metrics = Snapshot::take().metrics;
    metrics
        .generations
        .into_iter()
        .find(|row| &*row.model == model)
        .expect("the site is listed")
}

fn spans(name: &str) -> SpanMetrics {
    let metrics = Snapshot::take().metrics;
    metrics
        .spans
        .into_iter()
        .find(|row| &*row.span == name)
        .expect("the site is listed")
}

/// Returns whether `value` is `expected` within 1 %: a bucket is 1/128 wide, and the calibration is
/// off by a millionth.
fn is_close(value: Option<u64>, expected: Nanos) -> bool {
    let (value, expected) = (value.expect("a sample"), expected.get());
    value.abs_diff(expected) <= expected / 100
}

#[test]
fn a_generation_is_measured_from_arrival_to_end() {
    let site = site!(
        Generation,
        GenerationSite,
        GenerationSite::new("whole", "", None)
    );
    let clock = Mock::start();
    let generation = site.arrive();
    clock.advance(Nanos::from_millis(30));
    generation.admitted();
    generation.prompt_tokens(7);
    clock.advance(Nanos::from_millis(70));
    generation.tokens(0);
    generation.tokens(1);
    clock.advance(Nanos::from_millis(20));
    generation.tokens(1);
    clock.advance(Nanos::from_millis(40));
    generation.tokens(2);
    generation.end(Outcome::Ok);

    let row = generations("whole");
    assert!(is_close(row.queue().quantile(1.0), Nanos::from_millis(30)));
    assert!(is_close(
        row.time_to_first_token().quantile(1.0),
        Nanos::from_millis(100)
    ));
    assert!(is_close(
        row.inter_token_latency().max(),
        Nanos::from_millis(40)
    ));
    assert_eq!(
        row.inter_token_latency().count(),
        2,
        "two tokens at once end one interval"
    );
    assert!(is_close(
        row.time_per_output_token().quantile(1.0),
        Nanos::from_millis(20)
    ));
    assert!(is_close(
        row.end_to_end().quantile(1.0),
        Nanos::from_millis(160)
    ));
    assert_eq!((row.prompt_tokens, row.tokens, row.arrived), (7, 4, 1));
    assert_eq!((row.outcomes.ok, row.in_flight()), (1, 0));
}

#[test]
fn a_request_cancelled_before_its_first_token_has_no_ttft_and_no_e2e() {
    let site = site!(
        Generation,
        GenerationSite,
        GenerationSite::new("cancelled_before_first_token", "", None)
    );
    let clock = Mock::start();
    let generation = site.arrive();
    clock.advance(Nanos::from_secs(3));
    drop(generation);

    let row = generations("cancelled_before_first_token");
    assert!(row.time_to_first_token().is_empty() && row.end_to_end().is_empty());
    assert!(is_close(
        row.cancelled_before_first_token().quantile(1.0),
        Nanos::from_secs(3)
    ));
    assert_eq!((row.outcomes.cancelled, row.outcomes.total()), (1, 1));
}

#[test]
fn waiting_running_and_oldest_are_those_of_the_requests_in_flight() {
    let site = site!(
        Generation,
        GenerationSite,
        GenerationSite::new("population", "", None)
    );
    let clock = Mock::start();
    let (first, second) = (site.arrive(), site.arrive());
    clock.advance(Nanos::from_millis(500));
    second.admitted();
    let row = generations("population");
    assert_eq!((row.waiting, row.running), (1, 1));
    assert!(is_close(
        row.oldest.map(Nanos::get),
        Nanos::from_millis(500)
    ));
    drop(first);
    let row = generations("population");
    assert_eq!((row.waiting, row.running), (0, 1));
    second.end(Outcome::Ok);
    let row = generations("population");
    assert_eq!((row.in_flight(), row.oldest), (0, None));
}

#[test]
fn queued_at_sets_the_age_and_queue_time_of_a_request() {
    let site = site!(
        Generation,
        GenerationSite,
        GenerationSite::new("queued_before", "", None)
    );
    let _clock = Mock::start();
    let mut request = site.arrive();
    let two_seconds = Duration::from_secs(2);
    request.queued_at(Instant::now() - two_seconds);
    let row = generations("queued_before");
    assert!(is_close(row.oldest.map(Nanos::get), two_seconds.into()));
    assert!(is_close(row.queue().max(), two_seconds.into()));
    request.end(Outcome::Ok);
    assert_eq!(generations("queued_before").oldest, None);
}

#[test]
fn a_generation_that_ends_on_another_thread_is_counted_once() {
    let site = site!(
        Generation,
        GenerationSite,
        GenerationSite::new("moved", "", None)
    );
    std::thread::scope(|scope| {
        for _ in 0..100 {
            let generation = site.arrive();
            generation.tokens(1);
            scope.spawn(move || {
                generation.tokens(1);
                generation.end(Outcome::Ok);
            });
        }
    });
    let row = generations("moved");
    assert_eq!(
        (row.tokens, row.outcomes.ok, row.in_flight()),
        (200, 100, 0)
    );
}

#[test]
fn a_site_with_a_model_per_request_has_one_series_for_each_model() {
    let site = site!(
        Generation,
        GenerationSite,
        GenerationSite::by_model("models", None)
    );
    let models = || {
        let rows = Snapshot::take().metrics.generations;
        let mine = rows.into_iter().filter(|row| &*row.help == "models");
        mine.map(|row| row.model.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(models(), [""; 0]);
    site.arrive_as("one").end(Outcome::Ok);
    site.arrive_as("two").end(Outcome::Ok);
    assert_eq!(models(), ["one", "two"]);
}

#[test]
fn a_generation_in_one_piece_has_no_tpot() {
    let site = site!(
        Generation,
        GenerationSite,
        GenerationSite::new("comes_whole", "", None)
    );
    let clock = Mock::start();
    let whole = site.arrive();
    whole.tokens(500);
    clock.advance(Nanos::from_millis(5));
    whole.end(Outcome::Ok);
    assert!(
        generations("comes_whole")
            .time_per_output_token()
            .is_empty()
    );
    let parts = site.arrive();
    parts.tokens(4);
    clock.advance(Nanos::from_millis(60));
    parts.tokens(6);
    parts.end(Outcome::Ok);
    let row = generations("comes_whole");
    let each = row.time_per_output_token();
    assert!(
        is_close(each.max(), Nanos::from_millis(10)),
        "60 ms for six"
    );
}

#[test]
fn tokens_are_counted_for_the_generation_in_scope_or_as_orphans() {
    use wf_instrument::private::current_tokens;

    let site = site!(
        Generation,
        GenerationSite,
        GenerationSite::new("scope", "", None)
    );
    let before = Snapshot::take().metrics.orphan_tokens;
    let (outer, inner) = (site.arrive_as("outer"), site.arrive_as("inner"));
    outer.enter(|| {
        current_tokens(1);
        inner.enter(|| current_tokens(10));
        current_tokens(1);
    });
    current_tokens(5);
    assert_eq!(
        (generations("outer").tokens, generations("inner").tokens),
        (2, 10)
    );
    assert_eq!(Snapshot::take().metrics.orphan_tokens - before, 5);
}

#[test]
fn a_generation_whose_code_panics_ends_as_panicked_where_it_is_dropped_later() {
    let site = site!(
        Generation,
        GenerationSite,
        GenerationSite::new("unwound", "", None)
    );
    let generation = site.arrive();
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        generation.enter(|| panic!("on purpose"))
    }));
    assert!(unwound.is_err());
    drop(generation);
    let row = generations("unwound");
    assert_eq!((row.outcomes.panicked, row.outcomes.total()), (1, 1));
}

#[test]
fn a_span_has_one_of_four_outcomes() {
    let site = site!(Span, SpanSite, SpanSite::new("four_ways", ""));
    site.start().end(Outcome::Ok);
    site.start().end(Outcome::Error);
    drop(site.start());
    let unwound = catch_unwind(|| {
        let _scope = site.enter();
        panic!("on purpose");
    });
    assert!(unwound.is_err());
    drop(site.enter());
    let running = site.start();

    let row = spans("four_ways");
    let outcomes = row.outcomes();
    assert_eq!(
        (
            outcomes.ok,
            outcomes.error,
            outcomes.cancelled,
            outcomes.panicked
        ),
        (2, 1, 1, 1)
    );
    assert_eq!(row.in_flight, 1);
    running.end(Outcome::Ok);
    assert_eq!(spans("four_ways").in_flight, 0);
}

#[test]
fn a_window_has_only_its_own_events() {
    use wf_instrument::snapshot::Window;

    let site = site!(Span, SpanSite, SpanSite::new("windowed", ""));
    site.start().end(Outcome::Ok);
    let before = Snapshot::take();
    site.start().end(Outcome::Ok);
    site.start().end(Outcome::Error);
    let window = Window::between(&before, &Snapshot::take());
    let row = window
        .metrics
        .spans
        .iter()
        .find(|row| &*row.span == "windowed")
        .expect("the site is listed");
    assert_eq!((row.ok.count(), row.error.count()), (1, 1));
}
