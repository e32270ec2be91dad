//! The arguments of a generation.

use std::cell::Cell;
use std::time::{Duration, Instant};

use wf_instrument::histogram::HistogramSnapshot;
use wf_instrument::{Nanos, wf_measure, wf_token};

use crate::common::block_on;
use crate::common::rows::{generation, outcome_counts, span};
use crate::timed_items::Clock;

#[test]
fn each_model_is_a_series_and_its_name_is_evaluated_once() {
    struct Model {
        name: String,
    }

    impl Model {
        #[wf_measure(ttft, model = self.evaluated(calls), prompt_tokens = prompt.len())]
        fn generate<'a>(
            &self,
            prompt: &'a [u8],
            calls: &Cell<u8>,
        ) -> impl Iterator<Item = u8> + use<'a> {
            prompt.iter().copied()
        }

        fn evaluated(&self, calls: &Cell<u8>) -> String {
            calls.set(calls.get() + 1);
            self.name.clone()
        }
    }

    let calls = Cell::new(0);
    for name in ["small", "large", "large"] {
        let model = Model {
            name: name.to_owned(),
        };
        model.generate(&[1, 2, 3], &calls).for_each(drop);
    }
    assert_eq!(calls.get(), 3);
    assert_eq!(
        (generation("small").tokens, generation("large").tokens),
        (3, 6)
    );
    assert_eq!(
        (
            generation("small").prompt_tokens,
            generation("large").prompt_tokens
        ),
        (3, 6)
    );
}

#[test]
fn a_request_may_have_queued_before_it_arrived() {
    #[wf_measure(ttft, name = "queued", queued_at = arrived)]
    fn generate(arrived: Instant) {
        wf_token!();
    }

    let hour = Duration::from_secs(3600);
    // Two hours ahead: the machine may have started less than an hour ago.
    let clock = Clock::start();
    clock.wait(2 * 3_600_000);
    generate(
        Instant::now()
            .checked_sub(hour)
            .expect("the clock is two hours ahead"),
    );
    let row = generation("queued");
    let longest = |samples: &HistogramSnapshot| samples.max().expect("a sample");
    let hour = Nanos::from(hour).get();
    for samples in [row.queue(), row.time_to_first_token(), row.end_to_end()] {
        assert!(longest(samples).abs_diff(hour) < hour / 50, "{samples:?}");
    }
}

#[test]
fn a_function_may_be_a_span_and_a_generation() {
    #[wf_measure(name = "both")]
    #[wf_measure(ttft, name = "both")]
    async fn generate() -> Result<(), ()> {
        wf_token!();
        Err(())
    }

    block_on(generate()).unwrap_err();
    assert_eq!(outcome_counts(span("both").outcomes()), [0, 1, 0, 0]);
    assert_eq!(outcome_counts(generation("both").outcomes), [0, 1, 0, 0]);
}

#[test]
fn an_earlier_error_does_not_become_a_rejection_when_others_are_admitted() {
    #[wf_measure(ttft, name = "rejections")]
    fn generate(text: &str) -> Result<(), ()> {
        if text.is_empty() {
            return Err(());
        }
        wf_instrument::admitted();
        wf_token!();
        Ok(())
    }

    let errors_and_rejections = || {
        let row = generation("rejections");
        (row.outcomes.error - row.rejected, row.rejected)
    };
    assert!(generate("").is_err());
    assert_eq!(errors_and_rejections(), (1, 0), "no request was admitted");
    assert!(generate("a").is_ok());
    assert_eq!(
        errors_and_rejections(),
        (1, 0),
        "the earlier error stays an error"
    );
    assert!(generate("").is_err());
    assert_eq!(errors_and_rejections(), (1, 1));
    assert_eq!(
        outcome_counts(generation("rejections").outcomes),
        [1, 2, 0, 0]
    );
}

#[test]
fn a_request_that_fails_after_its_first_token_is_not_rejected() {
    #[wf_measure(ttft, name = "not_rejected")]
    fn generate(admit: bool) -> Result<(), ()> {
        if admit {
            wf_instrument::admitted();
        }
        wf_token!();
        if admit { Ok(()) } else { Err(()) }
    }

    assert!(generate(true).is_ok());
    assert!(generate(false).is_err());
    let row = generation("not_rejected");
    assert_eq!((row.outcomes.error, row.rejected), (1, 0));
    assert_eq!(row.time_to_first_token().count(), 2);
}
