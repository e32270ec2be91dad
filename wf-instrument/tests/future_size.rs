//! Measuring adds at most 64 bytes to a future, however much its body holds across an await. A
//! measured `async fn` holds its arguments twice if its body does not hold them across an await.
#![expect(
    clippy::manual_async_fn,
    clippy::type_complexity,
    reason = "the tests are about these forms"
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

/// Size of a future that the caller holds by value.
fn unboxed<F: Future>(future: &F) -> usize {
    size_of_val(future)
}

/// Size of the allocation of a boxed future.
fn boxed<F: Future + ?Sized>(future: &Pin<Box<F>>) -> usize {
    size_of_val(&**future)
}

/// Defines a test that measuring adds at most `most` bytes to the future of a function `f`, for
/// several sizes of its arguments.
macro_rules! adds_at_most {
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
            adds_at_most!(of 16, $size, $most);
            adds_at_most!(of 256, $size, $most);
            adds_at_most!(of 4_096, $size, $most);
            adds_at_most!(of 16_384, $size, $most);
        }
    };
    (of $n:literal, $size:ident, $most:expr) => {
        let (plain, measured) = (plain::f([7; $n]), measured::f([7; $n]));
        let (before, after, most) = ($size(&plain), $size(&measured), ($most)($n));
        assert!(after <= before + most, "{before} bytes become {after} for {}", $n);
        let _outputs = (block_on(plain), block_on(measured));
    };
}

const fn at_most_64(_arguments: usize) -> usize {
    64
}

const fn at_most_64_and_the_arguments(arguments: usize) -> usize {
    arguments + 64
}

adds_at_most!(
    an_async_span_adds_at_most_64_bytes,
    unboxed,
    at_most_64,
    [name = "size"],
    pub(super) async fn f<const N: usize>(arguments: [u8; N]) -> u8 {
        let local = arguments.map(|n| n + 1);
        yield_now().await;
        local[N - 1] + arguments[N - 1]
    }
);

adds_at_most!(
    a_labelled_span_adds_at_most_64_bytes,
    unboxed,
    at_most_64,
    [name = "labelled size", labels(kind = "a")],
    pub(super) async fn f<const N: usize>(arguments: [u8; N]) -> Result<u8, String> {
        yield_now().await;
        Ok(arguments[N - 1])
    }
);

adds_at_most!(
    a_span_with_ok_if_adds_at_most_64_bytes,
    unboxed,
    at_most_64,
    [name = "ok_if size", ok_if = |n| *n == 7],
    pub(super) async fn f<const N: usize>(arguments: [u8; N]) -> u8 {
        yield_now().await;
        arguments[N - 1]
    }
);

adds_at_most!(
    a_generation_counted_by_wf_token_adds_at_most_64_bytes,
    unboxed,
    at_most_64,
    [ttft, name = "counted size"],
    pub(super) async fn f<const N: usize>(arguments: [u8; N]) -> u8 {
        yield_now().await;
        arguments[N - 1]
    }
);

adds_at_most!(
    a_generation_that_returns_a_stream_adds_at_most_64_bytes,
    unboxed,
    at_most_64,
    [ttft, name = "stream size"],
    pub(super) async fn f<const N: usize>(arguments: [u8; N]) -> impl Stream<Item = u8> {
        yield_now().await;
        stream::iter(arguments)
    }
);

adds_at_most!(
    arguments_not_held_across_an_await_add_their_size_and_at_most_64_bytes,
    unboxed,
    at_most_64_and_the_arguments,
    [name = "held twice size"],
    pub(super) async fn f<const N: usize>(arguments: [u8; N]) -> u8 {
        let last = arguments[N - 1];
        yield_now().await;
        last
    }
);

adds_at_most!(
    a_returned_future_adds_at_most_64_bytes,
    unboxed,
    at_most_64,
    [name = "returned size"],
    pub(super) fn f<const N: usize>(arguments: [u8; N]) -> impl Future<Output = u8> {
        async move {
            yield_now().await;
            arguments[N - 1]
        }
    }
);

adds_at_most!(
    a_returned_future_of_a_generation_stream_adds_at_most_64_bytes,
    unboxed,
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

adds_at_most!(
    a_returned_future_of_a_span_stream_adds_at_most_64_bytes,
    unboxed,
    at_most_64,
    [name = "span stream size"],
    pub(super) fn f<const N: usize>(
        arguments: [u8; N],
    ) -> impl Future<Output = impl Stream<Item = u8>> {
        async move {
            yield_now().await;
            stream::iter(arguments)
        }
    }
);

adds_at_most!(
    a_boxed_future_adds_at_most_64_bytes,
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

adds_at_most!(
    a_boxed_future_of_a_stream_adds_at_most_64_bytes,
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
    async fn generate(&self, arguments: [u8; N]) -> u8;
    async fn stream(&self, arguments: [u8; N]) -> Result<BoxedStream, String>;
}

struct Plain;
struct Measured;

macro_rules! engine {
    ($engine:ident $(, $call:meta, $generate:meta, $stream:meta)?) => {
        #[async_trait]
        impl<const N: usize> Engine<N> for $engine {
            $(#[$call])?
            async fn call(&self, arguments: [u8; N]) -> Result<u8, String> {
                yield_now().await;
                Ok(arguments[N - 1])
            }

            $(#[$generate])?
            async fn generate(&self, arguments: [u8; N]) -> u8 {
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
    wf_measure(ttft, name = "trait generation size"),
    wf_measure(ttft, name = "trait stream size")
);

#[test]
fn a_method_of_an_async_trait_adds_at_most_64_bytes() {
    fn growths<const N: usize>() -> [usize; 3] {
        let of = |plain: usize, measured: usize| measured.saturating_sub(plain);
        let arguments = [7; N];
        [
            of(
                boxed(&Plain.call(arguments)),
                boxed(&Measured.call(arguments)),
            ),
            of(
                boxed(&Plain.generate(arguments)),
                boxed(&Measured.generate(arguments)),
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
fn a_measured_stream_adds_at_most_64_bytes() {
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
