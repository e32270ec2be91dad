//! Cost of reading: a snapshot, a window and three quantiles of 200 histograms with samples of
//! eight threads. And the cost of that for the writers.

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use wf_benches::{Contest, values};
use wf_instrument::histogram::Recorder;
use wf_instrument::snapshot::{Snapshot, Window};
use wf_instrument::{Unit, registry};

const HISTOGRAMS: usize = 200;
const THREADS: usize = 8;

fn main() -> ExitCode {
    wf_benches::main(|arguments| {
        let recorders = filled();
        let mut figures = reading().run(arguments);
        figures.extend(recording(recorders[0]).run(arguments));
        arguments.save(&figures)
    })
}

/// Every histogram has samples of every thread, within the five octaves that latencies typically
/// span.
fn filled() -> Vec<&'static Recorder> {
    let recorder = |i: usize| {
        let labels = [("number", &*i.to_string())];
        registry::histogram("snapshot_bench_seconds", "", Unit::Nanos, &labels)
    };
    let recorders: Vec<_> = (0..HISTOGRAMS)
        .map(|i| recorder(i).expect("fewer than the limit"))
        .collect();
    let barrier = std::sync::Barrier::new(THREADS);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                barrier.wait();
                for recorder in &recorders {
                    (0..2_000).for_each(|i| recorder.record(1_000_000 + i * 15_000));
                }
                // Each thread keeps its slot until all threads have one.
                barrier.wait();
            });
        }
    });
    recorders
}

fn reading() -> Contest {
    let earlier = Snapshot::take();
    Contest::new("snapshot")
        .contender("wf, a snapshot", |n| {
            (0..n).for_each(|_| drop(black_box(Snapshot::take())));
        })
        .contender("wf, with its window and 3 quantiles", move |n| {
            (0..n).for_each(|_| {
                let window = Window::between(&earlier, &Snapshot::take());
                for histogram in &window.metrics.histograms {
                    black_box([0.5, 0.9, 0.99].map(|q| histogram.samples.quantile(q)));
                }
            });
        })
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
