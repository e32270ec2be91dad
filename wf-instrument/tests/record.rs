//! What is recorded of requests and calls, by hand and on a clock that stands still.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use wf_instrument::clock::mock::Mock;
use wf_instrument::private::{GenerationSite, SpanSite, list_site};
use wf_instrument::snapshot::{GenerationMetrics, Snapshot, SpanMetrics};
use wf_instrument::{Nanos, Outcome};

/// A site of its own for each test, as a macro would make it.
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
        .expect("the site is known")
}

fn spans(name: &str) -> SpanMetrics {
    let metrics = Snapshot::take().metrics;
    metrics
        .spans
        .into_iter()
        .find(|row| &*row.span == name)
        .expect("the site is known")
}

/// Within the 1/128 of a bucket and the millionth of the calibration.
fn close(told: Option<u64>, expected: Nanos) -> bool {
    let (told, expected) = (told.expect("a sample"), expected.get());
    told.abs_diff(expected) <= expected / 100
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
    assert!(close(row.queue().quantile(1.0), Nanos::from_millis(30)));
    assert!(close(
        row.time_to_first_token().quantile(1.0),
        Nanos::from_millis(100)
    ));
    assert!(close(
        row.inter_token_latency().max(),
        Nanos::from_millis(40)
    ));
    assert_eq!(
        row.inter_token_latency().count(),
        2,
        "two that came together end one"
    );
    assert!(close(
        row.time_per_output_token().quantile(1.0),
        Nanos::from_millis(20)
    ));
    assert!(close(
        row.end_to_end().quantile(1.0),
        Nanos::from_millis(160)
    ));
    assert_eq!((row.prompt_tokens, row.tokens, row.arrived), (7, 4, 1));
    assert_eq!((row.outcomes.ok, row.in_flight()), (1, 0));
}

#[test]
fn giving_up_before_the_first_token_never_enters_the_success_histograms() {
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
    assert!(close(
        row.cancelled_before_first_token().quantile(1.0),
        Nanos::from_secs(3)
    ));
    assert_eq!((row.outcomes.cancelled, row.outcomes.total()), (1, 1));
}

#[test]
fn waiting_running_and_oldest_follow_the_requests() {
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
    assert!(close(row.oldest.map(Nanos::get), Nanos::from_millis(500)));
    drop(first);
    let row = generations("population");
    assert_eq!((row.waiting, row.running), (0, 1));
    second.end(Outcome::Ok);
    let row = generations("population");
    assert_eq!((row.in_flight(), row.oldest), (0, None));
}

#[test]
fn a_request_that_queued_elsewhere_is_as_old_as_it_says() {
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
    assert!(close(row.oldest.map(Nanos::get), two_seconds.into()));
    assert!(close(row.queue().max(), two_seconds.into()));
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
fn models_that_each_call_names_are_series_of_their_own_and_there_is_no_other() {
    let site = site!(
        Generation,
        GenerationSite,
        GenerationSite::by_model("answers", None)
    );
    let of_site = || {
        let rows = Snapshot::take().metrics.generations;
        let mine = rows.into_iter().filter(|row| &*row.help == "answers");
        mine.map(|row| row.model.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(of_site(), [""; 0]);
    site.arrive_as("one").end(Outcome::Ok);
    site.arrive_as("two").end(Outcome::Ok);
    assert_eq!(of_site(), ["one", "two"]);
}

#[test]
fn an_answer_that_comes_whole_has_no_time_per_token() {
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
    assert!(close(each.max(), Nanos::from_millis(10)), "60 ms for six");
}

#[test]
fn tokens_go_to_the_generation_in_scope_and_else_to_the_orphans() {
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
fn a_generation_whose_code_unwinds_has_panicked_wherever_it_is_dropped() {
    let site = site!(
        Generation,
        GenerationSite,
        GenerationSite::new("unwound", "", None)
    );
    let generation = site.arrive();
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        generation.enter(|| panic!("as planned"))
    }));
    assert!(unwound.is_err());
    drop(generation);
    let row = generations("unwound");
    assert_eq!((row.outcomes.panicked, row.outcomes.total()), (1, 1));
}

#[test]
fn calls_end_in_four_ways() {
    let site = site!(Span, SpanSite, SpanSite::new("four_ways", ""));
    site.start().end(Outcome::Ok);
    site.start().end(Outcome::Error);
    drop(site.start());
    let unwound = catch_unwind(|| {
        let _scope = site.enter();
        panic!("as planned");
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
fn a_window_holds_what_happened_in_it_alone() {
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
        .expect("known");
    assert_eq!((row.ok.count(), row.error.count()), (1, 1));
}
