//! A token is counted once: for its generation, or as an orphan.

mod common;

use std::sync::{Mutex, PoisonError};

use common::rows::{generation, outcome_counts};
use common::{block_on, yield_now};
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};
use wf_instrument::snapshot::Snapshot;
use wf_instrument::{wf_measure, wf_token};

/// Runs `work` and returns the number of orphan tokens that it adds. One at a time: they are
/// counted for the whole process.
fn count_orphans(work: impl FnOnce()) -> u64 {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _one_at_a_time = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let total = || Snapshot::take().metrics.orphan_tokens;
    let before = total();
    work();
    total() - before
}

/// Yields `n` items and counts a token by `wf_token!` for each.
fn items_with_tokens(n: u8) -> impl Iterator<Item = u8> {
    (0..n).inspect(|_| wf_token!())
}

#[test]
fn tokens_that_a_measured_source_counts_itself_are_orphans() {
    #[wf_measure(ttft, name = "iterated")]
    fn iterated(n: u8) -> impl Iterator<Item = u8> {
        wf_token!(10);
        items_with_tokens(n)
    }

    #[wf_measure(ttft, name = "streamed")]
    async fn streamed(n: u8) -> Result<impl Stream<Item = u8>, String> {
        wf_token!(10);
        yield_now().await;
        wf_token!(10);
        Ok(stream::iter(items_with_tokens(n)))
    }

    #[wf_measure(ttft, name = "future")]
    fn future(n: u8) -> impl Future<Output = BoxStream<'static, u8>> {
        wf_token!(10);
        async move {
            wf_token!(10);
            stream::iter(items_with_tokens(n)).boxed()
        }
    }

    let orphans = count_orphans(|| {
        assert_eq!(iterated(3).count(), 3);
        assert_eq!(
            block_on(async { streamed(4).await.unwrap().count().await }),
            4
        );
        assert_eq!(block_on(async { future(5).await.count().await }), 5);
    });
    assert_eq!(orphans, 13 + 24 + 25);
    for (name, tokens) in [("iterated", 3), ("streamed", 4), ("future", 5)] {
        let row = generation(name);
        assert_eq!(
            (row.tokens, outcome_counts(row.outcomes)),
            (tokens, [1, 0, 0, 0]),
            "{name}"
        );
    }
}

#[test]
fn nested_generations_count_their_own_tokens() {
    #[wf_measure(ttft, name = "outer counts")]
    fn outer(n: u8) -> usize {
        wf_token!(100);
        yields(n).inspect(|_| wf_token!(10)).count()
    }

    #[wf_measure(ttft, name = "yields")]
    fn yields(n: u8) -> impl Iterator<Item = u8> {
        (0..n).map(|n| {
            wf_token!(1000);
            inner(n)
        })
    }

    #[wf_measure(ttft, name = "inner counts")]
    fn inner(n: u8) -> u8 {
        wf_token!(2);
        n
    }

    let orphans = count_orphans(|| assert_eq!(outer(3), 3));
    assert_eq!(
        orphans, 3000,
        "a token of the source is no token of the outer function"
    );
    for (name, tokens) in [("outer counts", 130), ("yields", 3), ("inner counts", 6)] {
        assert_eq!(generation(name).tokens, tokens, "{name}");
    }
}

#[test]
fn a_source_may_report_the_admission() {
    #[wf_measure(ttft, name = "admitted source")]
    fn generate() -> impl Iterator<Item = u8> {
        wf_instrument::admitted();
        [1].into_iter()
    }

    assert_eq!(generate().count(), 1);
    assert_eq!(generation("admitted source").queue().count(), 1);
}

#[test]
fn tokens_after_the_last_item_are_orphans() {
    #[wf_measure(ttft, name = "last", tokens = |n| *n, last = |n| *n == 2)]
    fn generate() -> impl Iterator<Item = u8> {
        [1, 2, 4].into_iter()
    }

    let orphans = count_orphans(|| assert_eq!(generate().count(), 3));
    assert_eq!((orphans, generation("last").tokens), (4, 3));
}
