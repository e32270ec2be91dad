//! Cost of reading: a snapshot, a window and three quantiles of 200 histograms with samples of
//! eight threads, which are as they were or have changed meanwhile. And the cost of that for the
//! writers.

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use wf_benches::{Contest, values};
use wf_instrument::histogram::Recorder;
use wf_instrument::snapshot::{Snapshot, Window};
use wf_instrument::{Unit, registry};

const HISTOGRAMS: usize = 200;
const THREADS: usize = 8;

fn main() -> ExitCode {
    wf_benches::main(|arguments| {
        let recorders = recorders();
        let writers = Writers::spawn(&recorders);
        writers.record();
        let mut figures = reading().run(arguments);
        figures.extend(reading_changed(writers).run(arguments));
        figures.extend(recording(recorders[0]).run(arguments));
        arguments.save(&figures)
    })
}

fn recorders() -> Vec<&'static Recorder> {
    let recorder = |i: usize| {
        let labels = [("number", &*i.to_string())];
        registry::histogram("snapshot_bench_seconds", "", Unit::Nanos, &labels)
    };
    (0..HISTOGRAMS)
        .map(|i| recorder(i).expect("fewer than the limit"))
        .collect()
}

fn reading() -> Contest {
    let earlier = Snapshot::take();
    Contest::new("snapshot")
        .contender("wf, a snapshot", |n| {
            (0..n).for_each(|_| drop(black_box(Snapshot::take())));
        })
        .contender("wf, with its window and 3 quantiles", move |n| {
            (0..n).for_each(|_| read_since(&earlier));
        })
}

/// Apart from [`reading`], whose contenders would find counts in the caches of the writers.
fn reading_changed(writers: Writers) -> Contest {
    let earlier = Snapshot::take();
    Contest::new("snapshot, every bucket changed").contender_after(
        move || writers.record(),
        "wf, with its window and 3 quantiles",
        move |n| (0..n).for_each(|_| read_since(&earlier)),
    )
}

/// Takes a snapshot, the window from `earlier` to it, and three quantiles of each histogram.
fn read_since(earlier: &Snapshot) {
    let window = Window::between(earlier, &Snapshot::take());
    for histogram in &window.metrics.histograms {
        black_box([0.5, 0.9, 0.99].map(|q| histogram.samples.quantile(q)));
    }
}

/// Threads that record in all histograms, each in every bucket of the five octaves that latencies
/// typically span.
struct Writers {
    /// The beginning and the end of a round.
    round: Arc<Barrier>,
    is_over: Arc<AtomicBool>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Writers {
    fn spawn(recorders: &[&'static Recorder]) -> Self {
        let round = Arc::new(Barrier::new(THREADS + 1));
        let is_over = Arc::new(AtomicBool::new(false));
        let writer = |_| {
            let (round, is_over) = (Arc::clone(&round), Arc::clone(&is_over));
            let recorders = recorders.to_vec();
            thread::spawn(move || {
                while {
                    round.wait();
                    !is_over.load(Ordering::Relaxed)
                } {
                    for recorder in &recorders {
                        (0..2_000).for_each(|i| recorder.record(1_000_000 + i * 15_000));
                    }
                    round.wait();
                }
            })
        };
        Self {
            threads: (0..THREADS).map(writer).collect(),
            round,
            is_over,
        }
    }

    /// Has each thread record, and waits until all have. Called by one thread at a time.
    fn record(&self) {
        self.round.wait();
        self.round.wait();
    }
}

impl Drop for Writers {
    /// Ends the threads, so that others get their slots.
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.round.wait();
        for thread in self.threads.drain(..) {
            thread.join().expect("a writer does not panic");
        }
    }
}

fn recording(recorder: &'static Recorder) -> Contest {
    let reader = Reader::spawn();
    Contest::new("record beside a reader")
        .contender("wf, no reader", move |n| values(n, |v| recorder.record(v)))
        .contender("wf, a reader in a loop", move |n| {
            reader.read_while(|| values(n, |v| recorder.record(v)));
        })
}

/// A thread that takes snapshots in a loop while this is true.
struct Reader {
    wanted: Arc<AtomicBool>,
    thread: thread::Thread,
}

impl Reader {
    fn spawn() -> Self {
        let wanted = Arc::new(AtomicBool::new(false));
        let is_wanted = Arc::clone(&wanted);
        let read = move || {
            loop {
                if is_wanted.load(Ordering::Relaxed) {
                    black_box(Snapshot::take());
                } else {
                    thread::park();
                }
            }
        };
        let thread = thread::spawn(read).thread().clone();
        Self { wanted, thread }
    }

    fn read_while(&self, work: impl FnOnce()) {
        self.wanted.store(true, Ordering::Relaxed);
        self.thread.unpark();
        work();
        self.wanted.store(false, Ordering::Relaxed);
    }
}
