//! What does one event cost, against the clock readings it cannot do without and the fastest peer?

use std::cell::RefCell;
use std::hint::black_box;
use std::process::ExitCode;
use std::sync::LazyLock;

use hdrhistogram::Histogram;
use hdrhistogram::sync::{Recorder as HdrRecorder, SyncHistogram};
use wf_benches::{Arguments, Contest};
use wf_instrument::histogram::Recorder;
use wf_instrument::{Counter, wf_measure};

static RECORDER: Recorder = Recorder::new();
static COUNTER: Counter = Counter::new();

/// Log-uniform values between 1 ns and 1 s, as `Histogram`s see them in the wild.
static VALUES: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..4_096)
        .map(|_| (random() >> 34) >> (random() % 30))
        .collect()
});

static HDR: LazyLock<SyncHistogram<u64>> = LazyLock::new(|| {
    Histogram::new_with_bounds(1, u64::MAX / 2, 2)
        .expect("bounds are in order")
        .into_sync()
});

thread_local! {
    static HDR_RECORDER: RefCell<HdrRecorder<u64>> = RefCell::new(HDR.recorder());
}

fn main() -> ExitCode {
    wf_benches::main(run)
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let mut figures = record().run(arguments);
    figures.extend(counter().run(arguments));
    figures.extend(measure().run(arguments));
    figures.extend(token().run(arguments));
    arguments.save(&figures).map_err(|error| error.to_string())
}

fn record() -> Contest {
    Contest::new("record")
        .contender("loop and table", |n| {
            values(n, |v| {
                black_box(v);
            })
        })
        .contender("wf", |n| values(n, |v| RECORDER.record(v)))
        .contender("hdrhistogram SyncHistogram", |n| {
            HDR_RECORDER.with_borrow_mut(|recorder| values(n, |v| recorder.saturating_record(v)));
        })
}

fn counter() -> Contest {
    Contest::new("counter")
        .contender("empty loop", |n| {
            (0..n).for_each(|i| {
                black_box(i);
            })
        })
        .contender("wf", |n| (0..n).for_each(|i| COUNTER.add(black_box(i) & 1)))
}

fn measure() -> Contest {
    let clock = quanta::Clock::new();
    Contest::new("measure")
        .contender("two clock readings", move |n| {
            (0..n).for_each(|_| {
                let start = clock.raw();
                black_box(clock.raw() - start);
            });
        })
        .contender("wf", |n| (0..n).for_each(|_| measured()))
}

fn token() -> Contest {
    let clock = quanta::Clock::new();
    Contest::new("token")
        .contender("one clock reading", move |n| {
            (0..n).for_each(|_| {
                black_box(clock.raw());
            });
        })
        .contender("wf", |n| {
            tokens(n).for_each(|token| {
                black_box(token);
            });
        })
}

#[wf_measure]
#[inline(never)]
fn measured() {
    black_box(());
}

#[wf_measure(ttft)]
fn tokens(n: u64) -> impl Iterator<Item = u64> {
    0..n
}

fn values(n: u64, mut with: impl FnMut(u64)) {
    let values = &*VALUES;
    let turns = usize::try_from(n).unwrap_or(usize::MAX);
    values
        .iter()
        .cycle()
        .take(turns)
        .for_each(|&value| with(value));
}
