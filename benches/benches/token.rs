//! Cost of a token of a measured stream, beside the one clock reading that it needs.
//!
//! No peer measures inter-token latency in the process that generates. Items of an iterator or a
//! stream that is always ready count as received together; pushed tokens each end an interval, as
//! those of a stream that waits do; stamped ones include the cost of the stamp.

use std::hint::black_box;
use std::pin::pin;
use std::process::ExitCode;
use std::task::{Context, Poll, Waker};

use futures_util::stream::{self, Stream};
use wf_benches::Contest;
use wf_instrument::record::Stamp;
use wf_instrument::{wf_measure, wf_token};

fn main() -> ExitCode {
    wf_benches::main(|arguments| arguments.save(&token().run(arguments)))
}

fn token() -> Contest {
    let clock = quanta::Clock::new();
    Contest::new("token")
        .contender("bare iterator", |n| {
            (0..n).for_each(|token| {
                black_box(token);
            })
        })
        .contender("one clock reading", move |n| {
            (0..n).for_each(|_| {
                black_box(clock.raw());
            });
        })
        .contender("wf, iterator", |n| {
            iterator(n).for_each(|token| {
                black_box(token);
            })
        })
        .contender("wf, stream", |n| drain(tokens(n)))
        .contender("wf, pushed", pushed)
        .contender("wf, stamped", |n| {
            stamped(n).for_each(|token| {
                black_box(token);
            })
        })
}

#[wf_measure(ttft)]
fn iterator(n: u64) -> impl Iterator<Item = u64> {
    0..n
}

#[wf_measure(ttft)]
fn tokens(n: u64) -> impl Stream<Item = u64> {
    stream::iter(0..n)
}

#[wf_measure(ttft, tokens = |made: &Stamp| (1, *made))]
fn stamped(n: u64) -> impl Iterator<Item = Stamp> {
    (0..n).map(|_| Stamp::now())
}

#[wf_measure(ttft)]
fn pushed(n: u64) {
    (0..n).for_each(|token| {
        wf_token!();
        black_box(token);
    });
}

fn drain(stream: impl Stream<Item = u64>) {
    let mut stream = pin!(stream);
    let mut cx = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(token)) = stream.as_mut().poll_next(&mut cx) {
        black_box(token);
    }
}
