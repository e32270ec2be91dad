//! What the arguments tell of a reply.

use std::cell::Cell;
use std::time::{Duration, Instant};

use wf_instrument::histogram::HistogramSnapshot;
use wf_instrument::{Nanos, wf_measure, wf_token};

use crate::common::block_on;
use crate::common::rows::{ends, generation, span};
use crate::script::Clock;

#[test]
fn each_model_is_a_series_and_its_name_is_read_once() {
    struct Model {
        name: String,
    }

    impl Model {
        #[wf_measure(ttft, model = self.told(asked), prompt_tokens = prompt.len())]
        fn answer<'a>(
            &self,
            prompt: &'a [u8],
            asked: &Cell<u8>,
        ) -> impl Iterator<Item = u8> + use<'a> {
            prompt.iter().copied()
        }

        fn told(&self, asked: &Cell<u8>) -> String {
            asked.set(asked.get() + 1);
            self.name.clone()
        }
    }

    let asked = Cell::new(0);
    for name in ["small", "large", "large"] {
        let model = Model {
            name: name.to_owned(),
        };
        model.answer(&[1, 2, 3], &asked).for_each(drop);
    }
    assert_eq!(asked.get(), 3);
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
    fn answer(arrived: Instant) {
        wf_token!();
    }

    let hour = Duration::from_secs(3600);
    // The machine may have started less than an hour ago; the clock reads later than that.
    let clock = Clock::start();
    clock.wait(2 * 3_600_000);
    answer(
        Instant::now()
            .checked_sub(hour)
            .expect("an hour ago there was time"),
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
    async fn answer() -> Result<(), ()> {
        wf_token!();
        Err(())
    }

    block_on(answer()).unwrap_err();
    assert_eq!(ends(span("both").outcomes()), [0, 1, 0, 0]);
    assert_eq!(ends(generation("both").outcomes), [0, 1, 0, 0]);
}

#[test]
fn an_error_that_was_one_does_not_become_a_refusal_when_others_are_admitted() {
    #[wf_measure(ttft, name = "refusals")]
    fn answer(text: &str) -> Result<(), ()> {
        if text.is_empty() {
            return Err(());
        }
        wf_instrument::admitted();
        wf_token!();
        Ok(())
    }

    let told = || {
        let row = generation("refusals");
        (row.outcomes.error - row.rejected, row.rejected)
    };
    assert!(answer("").is_err());
    assert_eq!(told(), (1, 0), "nobody was ever admitted");
    assert!(answer("a").is_ok());
    assert_eq!(told(), (1, 0), "what was counted stays where it is");
    assert!(answer("").is_err());
    assert_eq!(told(), (1, 1));
    assert_eq!(ends(generation("refusals").outcomes), [1, 2, 0, 0]);
}
