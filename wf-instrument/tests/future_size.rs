//! What measuring adds to the future of an async function, whatever its body holds across an await: at most 64 bytes.

mod common;

use common::{block_on, yield_now};
use futures_util::stream::{self, Stream};
use wf_instrument::wf_measure;

/// Asserts of a plain and a measured function, with so many bytes held across an await, that they differ by 64 bytes at most.
macro_rules! at_most_64_bytes {
    (of $n:literal, $($attribute:tt)*) => {{
        async fn plain(arguments: [u8; $n], n: u8) -> u8 {
            let local = [n; $n];
            yield_now().await;
            local[usize::from(n)] + arguments[usize::from(n)]
        }

        #[wf_measure($($attribute)*)]
        async fn measured(arguments: [u8; $n], n: u8) -> u8 {
            let local = [n; $n];
            yield_now().await;
            local[usize::from(n)] + arguments[usize::from(n)]
        }

        let (plain, measured) = (plain([0; $n], 1), measured([0; $n], 1));
        let growth = size_of_val(&measured) - size_of_val(&plain);
        assert!(growth <= 64, "{growth} bytes more for a body of {}", $n);
        assert_eq!(block_on(measured), block_on(plain));
    }};
    ($($attribute:tt)*) => {
        at_most_64_bytes!(of 16, $($attribute)*);
        at_most_64_bytes!(of 256, $($attribute)*);
        at_most_64_bytes!(of 4_096, $($attribute)*);
        at_most_64_bytes!(of 16_384, $($attribute)*);
    };
}

#[test]
fn of_calls() {
    at_most_64_bytes!(name = "size");
}

#[test]
fn of_labelled_calls() {
    at_most_64_bytes!(name = "labelled size", labels(kind = "a"));
}

#[test]
fn of_replies_that_push_their_tokens() {
    at_most_64_bytes!(ttft, name = "pushed size");
}

#[test]
fn of_replies_that_return_a_stream() {
    async fn plain(arguments: [u8; 4_096]) -> impl Stream<Item = u8> {
        yield_now().await;
        stream::iter(arguments)
    }

    #[wf_measure(ttft, name = "stream size")]
    async fn measured(arguments: [u8; 4_096]) -> impl Stream<Item = u8> {
        yield_now().await;
        stream::iter(arguments)
    }

    let (plain, measured) = (plain([0; 4_096]), measured([0; 4_096]));
    let growth = size_of_val(&measured) - size_of_val(&plain);
    assert!(growth <= 64, "{growth} bytes more");
    let (plain, measured) = (block_on(plain), block_on(measured));
    let growth = size_of_val(&measured) - size_of_val(&plain);
    assert!(growth <= 64, "the stream takes {growth} bytes more");
}
