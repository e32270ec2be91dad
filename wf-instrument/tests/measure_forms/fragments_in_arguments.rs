//! Fragments of `macro_rules!` as arguments of the macros.
#![allow(
    clippy::cast_lossless,
    reason = "a cast stands where a fragment can be"
)]

use futures_util::stream::{self, Stream, StreamExt as _};
use wf_instrument::{wf_measure, wf_token};

use crate::common::block_on;

/// Arguments that are fragments.
macro_rules! arguments {
    ($name:literal, $n:expr, $model:ident = $asked:expr, $tokens:expr, $label:expr, $slo:literal) => {
        #[wf_measure(
            ttft, model = $asked, tokens = $tokens, prompt_tokens = $n * 2, slo = $slo, labels(kind = $label),
            error_if = |item| *item == $n * 10,
        )]
        fn generated($model: &str) -> impl Stream<Item = usize> {
            let _ = $model;
            stream::iter([$n * 2])
        }

        #[wf_measure(ttft, name = $name, prompt_tokens = [$n * 2][0])]
        fn pushed() -> usize {
            wf_token!($n * 2);
            wf_token!([$n * 2][0]);
            wf_instrument::wf_count!(tokens, $n * 2);
            wf_instrument::wf_count!("fragments", $n * 2);
            wf_instrument::wf_gauge!("fragment", -$n as f64 * 2.0);
            7
        }
    };
}

arguments!(
    "fragments",
    1 + 2,
    model = model,
    |n| n * 2,
    String::from("a"),
    "p99 < 1s"
);

#[test]
fn arguments_of_fragments_are_what_they_are() {
    assert_eq!(block_on(generated("of fragments").collect::<Vec<_>>()), [6]);
    assert_eq!(pushed(), 7);
    #[cfg(feature = "enabled")]
    {
        let totals = wf_instrument::snapshot::Snapshot::take().totals;
        let of = |model| {
            totals
                .generations
                .iter()
                .find(|row| &*row.model == model)
                .expect(model)
        };
        assert_eq!(
            (of("of fragments").tokens, of("of fragments").prompt_tokens),
            (12, 6)
        );
        assert_eq!(
            (of("fragments").tokens, of("fragments").prompt_tokens),
            (18, 6)
        );
        let counted = totals.counters.iter().find(|row| &*row.name == "fragments");
        assert_eq!(counted.map(|row| row.value), Some(6));
        let set = totals.gauges.iter().find(|row| &*row.name == "fragment");
        assert_eq!(set.map(|row| row.value), Some(-6.0));
    }
}
