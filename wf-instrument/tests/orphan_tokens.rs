//! A token is counted once, and one that is no generation's is counted as such.

mod common;

use std::sync::{Mutex, PoisonError};

use common::rows::{ends, generation};
use common::{block_on, yield_now};
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};
use wf_instrument::snapshot::Snapshot;
use wf_instrument::{wf_measure, wf_token};

/// What `work` adds to the orphans, which are the whole process's.
fn orphans(work: impl FnOnce()) -> u64 {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let total = || Snapshot::take().metrics.orphan_tokens;
    let before = total();
    work();
    total() - before
}

/// Yields as many items as it pushes tokens.
fn pushing(n: u8) -> impl Iterator<Item = u8> {
    (0..n).inspect(|_| wf_token!())
}

#[test]
fn what_a_measured_source_pushes_is_not_counted_twice() {
    #[wf_measure(ttft, name = "iterated")]
    fn iterated(n: u8) -> impl Iterator<Item = u8> {
        wf_token!(10);
        pushing(n)
    }

    #[wf_measure(ttft, name = "streamed")]
    async fn streamed(n: u8) -> Result<impl Stream<Item = u8>, String> {
        wf_token!(10);
        yield_now().await;
        wf_token!(10);
        Ok(stream::iter(pushing(n)))
    }

    #[wf_measure(ttft, name = "future")]
    fn future(n: u8) -> impl Future<Output = BoxStream<'static, u8>> {
        wf_token!(10);
        async move {
            wf_token!(10);
            stream::iter(pushing(n)).boxed()
        }
    }

    let lost = orphans(|| {
        assert_eq!(iterated(3).count(), 3);
        assert_eq!(
            block_on(async { streamed(4).await.unwrap().count().await }),
            4
        );
        assert_eq!(block_on(async { future(5).await.count().await }), 5);
    });
    assert_eq!(lost, 13 + 24 + 25);
    for (name, tokens) in [("iterated", 3), ("streamed", 4), ("future", 5)] {
        let row = generation(name);
        assert_eq!(
            (row.tokens, ends(row.outcomes)),
            (tokens, [1, 0, 0, 0]),
            "{name}"
        );
    }
}

#[test]
fn functions_within_one_another_count_their_own_tokens() {
    #[wf_measure(ttft, name = "pushes outside")]
    fn outside(n: u8) -> usize {
        wf_token!(100);
        yields(n).inspect(|_| wf_token!(10)).count()
    }

    #[wf_measure(ttft, name = "yields")]
    fn yields(n: u8) -> impl Iterator<Item = u8> {
        (0..n).map(|n| {
            wf_token!(1000);
            inside(n)
        })
    }

    #[wf_measure(ttft, name = "pushes inside")]
    fn inside(n: u8) -> u8 {
        wf_token!(2);
        n
    }

    let lost = orphans(|| assert_eq!(outside(3), 3));
    assert_eq!(
        lost, 3000,
        "what the source pushed is no token of the function around it"
    );
    for (name, tokens) in [("pushes outside", 130), ("yields", 3), ("pushes inside", 6)] {
        assert_eq!(generation(name).tokens, tokens, "{name}");
    }
}

#[test]
fn an_admission_is_told_in_a_source_too() {
    #[wf_measure(ttft, name = "admitted source")]
    fn answer() -> impl Iterator<Item = u8> {
        wf_instrument::admitted();
        [1].into_iter()
    }

    assert_eq!(answer().count(), 1);
    assert_eq!(generation("admitted source").queue().count(), 1);
}

#[test]
fn tokens_after_the_last_item_are_orphans() {
    #[wf_measure(ttft, name = "last", tokens = |n| *n, last = |n| *n == 2)]
    fn answer() -> impl Iterator<Item = u8> {
        [1, 2, 4].into_iter()
    }

    let lost = orphans(|| assert_eq!(answer().count(), 3));
    assert_eq!((lost, generation("last").tokens), (4, 3));
}
