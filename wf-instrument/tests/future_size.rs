//! What measuring adds to a future, whatever its body holds across an await: at most 64 bytes. An
//! `async fn` that does not hold its arguments across one has them twice.
#![expect(
    clippy::manual_async_fn,
    clippy::type_complexity,
    reason = "these forms are what is tested"
)]

mod common;

use std::future::Future;
use std::pin::Pin;

use async_trait::async_trait;
use common::{block_on, yield_now};
use futures_util::stream::{self, Stream, StreamExt};
use wf_instrument::wf_measure;

type BoxedFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type BoxedStream = Pin<Box<dyn Stream<Item = u8> + Send>>;

/// What the caller of a function holds: a future as it is.
fn held<F: Future>(future: &F) -> usize {
    size_of_val(future)
}

/// What is allocated for it.
fn boxed<F: Future + ?Sized>(future: &Pin<Box<F>>) -> usize {
    size_of_val(&**future)
}

/// A test that the future of a function `f`, declared once and compiled plain and measured, takes
/// `most` bytes more at most, for a number of bytes that are its arguments.
macro_rules! grows {
    ($test:ident, $size:ident, $most:expr, [$($attribute:tt)*], $($declared:tt)*) => {
        #[test]
        fn $test() {
            mod plain {
                use super::*;
                $($declared)*
            }
            mod measured {
                use super::*;
                #[wf_measure($($attribute)*)]
                $($declared)*
            }
            grows!(of 16, $size, $most);
            grows!(of 256, $size, $most);
            grows!(of 4_096, $size, $most);
            grows!(of 16_384, $size, $most);
        }
    };
    (of $n:literal, $size:ident, $most:expr) => {
        let (plain, measured) = (plain::f([7; $n]), measured::f([7; $n]));
        let (before, after, most) = ($size(&plain), $size(&measured), ($most)($n));
        assert!(after <= before + most, "{before} bytes become {after} for {}", $n);
        let _answers = (block_on(plain), block_on(measured));
    };
}

const fn at_most_64(_arguments: usize) -> usize {
    64
}

const fn at_most_64_and_the_arguments(arguments: usize) -> usize {
    arguments + 64
}

grows!(
    of_calls,
    held,
    at_most_64,
    [name = "size"],
    pub(super) async fn f<const N: usize>(arguments: [u8; N]) -> u8 {
        let local = arguments.map(|n| n + 1);
        yield_now().await;
        local[N - 1] + arguments[N - 1]
    }
);

grows!(
    of_labelled_calls,
    held,
    at_most_64,
    [name = "labelled size", labels(kind = "a")],
    pub(super) async fn f<const N: usize>(arguments: [u8; N]) -> Result<u8, String> {
        yield_now().await;
        Ok(arguments[N - 1])
    }
);

grows!(
    of_calls_whose_end_is_judged,
    held,
    at_most_64,
    [name = "judged size", ok_if = |n| *n == 7],
    pub(super) async fn f<const N: usize>(arguments: [u8; N]) -> u8 {
        yield_now().await;
        arguments[N - 1]
    }
);

grows!(
    of_replies_that_push_their_tokens,
    held,
    at_most_64,
    [ttft, name = "pushed size"],
    pub(super) async fn f<const N: usize>(arguments: [u8; N]) -> u8 {
        yield_now().await;
        arguments[N - 1]
    }
);

grows!(
    of_replies_that_return_a_stream,
    held,
    at_most_64,
    [ttft, name = "stream size"],
    pub(super) async fn f<const N: usize>(arguments: [u8; N]) -> impl Stream<Item = u8> {
        yield_now().await;
        stream::iter(arguments)
    }
);

grows!(
    of_arguments_that_are_let_go_of,
    held,
    at_most_64_and_the_arguments,
    [name = "let go size"],
    pub(super) async fn f<const N: usize>(arguments: [u8; N]) -> u8 {
        let last = arguments[N - 1];
        yield_now().await;
        last
    }
);

grows!(
    of_returned_futures,
    held,
    at_most_64,
    [name = "returned size"],
    pub(super) fn f<const N: usize>(arguments: [u8; N]) -> impl Future<Output = u8> {
        async move {
            yield_now().await;
            arguments[N - 1]
        }
    }
);

grows!(
    of_returned_futures_of_streams,
    held,
    at_most_64,
    [ttft, name = "returned stream size"],
    pub(super) fn f<const N: usize>(
        arguments: [u8; N],
    ) -> impl Future<Output = Result<impl Stream<Item = u8>, String>> {
        async move {
            yield_now().await;
            Ok(stream::iter(arguments))
        }
    }
);

grows!(
    of_returned_futures_of_the_streams_of_calls,
    held,
    at_most_64,
    [name = "call's stream size"],
    pub(super) fn f<const N: usize>(
        arguments: [u8; N],
    ) -> impl Future<Output = impl Stream<Item = u8>> {
        async move {
            yield_now().await;
            stream::iter(arguments)
        }
    }
);

grows!(
    of_boxed_futures,
    boxed,
    at_most_64,
    [ttft, returns = future, name = "boxed size"],
    pub(super) fn f<const N: usize>(arguments: [u8; N]) -> BoxedFuture<u8> {
        Box::pin(async move {
            yield_now().await;
            arguments[N - 1]
        })
    }
);

grows!(
    of_boxed_futures_of_streams,
    boxed,
    at_most_64,
    [ttft, name = "boxed stream size"],
    pub(super) fn f<const N: usize>(
        arguments: [u8; N],
    ) -> Pin<Box<dyn Future<Output = Pin<Box<dyn Stream<Item = u8> + Send>>> + Send>> {
        Box::pin(async move {
            yield_now().await;
            let boxed: BoxedStream = Box::pin(stream::iter(arguments));
            boxed
        })
    }
);

#[async_trait]
trait Engine<const N: usize> {
    async fn call(&self, arguments: [u8; N]) -> Result<u8, String>;
    async fn reply(&self, arguments: [u8; N]) -> u8;
    async fn stream(&self, arguments: [u8; N]) -> Result<BoxedStream, String>;
}

struct Plain;
struct Measured;

macro_rules! engine {
    ($engine:ident $(, $call:meta, $reply:meta, $stream:meta)?) => {
        #[async_trait]
        impl<const N: usize> Engine<N> for $engine {
            $(#[$call])?
            async fn call(&self, arguments: [u8; N]) -> Result<u8, String> {
                yield_now().await;
                Ok(arguments[N - 1])
            }

            $(#[$reply])?
            async fn reply(&self, arguments: [u8; N]) -> u8 {
                yield_now().await;
                arguments[N - 1]
            }

            $(#[$stream])?
            async fn stream(&self, arguments: [u8; N]) -> Result<Pin<Box<dyn Stream<Item = u8> + Send>>, String> {
                yield_now().await;
                Ok(Box::pin(stream::iter(arguments)))
            }
        }
    };
}

engine!(Plain);
engine!(
    Measured,
    wf_measure(name = "trait size"),
    wf_measure(ttft, name = "trait reply size"),
    wf_measure(ttft, name = "trait stream size")
);

#[test]
fn of_methods_of_async_traits() {
    fn growths<const N: usize>() -> [usize; 3] {
        let of = |plain: usize, measured: usize| measured.saturating_sub(plain);
        let arguments = [7; N];
        [
            of(
                boxed(&Plain.call(arguments)),
                boxed(&Measured.call(arguments)),
            ),
            of(
                boxed(&Plain.reply(arguments)),
                boxed(&Measured.reply(arguments)),
            ),
            of(
                boxed(&Plain.stream(arguments)),
                boxed(&Measured.stream(arguments)),
            ),
        ]
    }

    for growths in [
        growths::<16>(),
        growths::<256>(),
        growths::<4_096>(),
        growths::<16_384>(),
    ] {
        assert!(growths.iter().all(|growth| *growth <= 64), "{growths:?}");
    }
    let stream = block_on(Engine::<16>::stream(&Measured, [7; 16])).expect("a stream");
    assert_eq!(block_on(stream.count()), 16);
}

#[test]
fn of_the_streams_themselves() {
    fn plain(arguments: [u8; 4_096]) -> impl Stream<Item = u8> {
        stream::iter(arguments)
    }

    #[wf_measure(ttft, name = "size of a stream")]
    fn measured(arguments: [u8; 4_096]) -> impl Stream<Item = u8> {
        stream::iter(arguments)
    }

    let growth = size_of_val(&measured([0; 4_096])) - size_of_val(&plain([0; 4_096]));
    assert!(growth <= 64, "{growth} bytes more");
}
