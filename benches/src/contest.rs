//! Contenders for one question, run in turns.

use std::fmt;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;

use crate::arguments::Arguments;
use crate::report::{self, Figure};

/// A question and its contenders.
pub struct Contest {
    question: &'static str,
    contenders: Vec<Contender>,
    /// Duration of a batch on one thread.
    batch_ns: f64,
}

struct Contender {
    name: &'static str,
    /// Precedes each operation and is not measured.
    prepare: Option<Box<dyn Fn() + Sync>>,
    /// Runs the operation a number of times on the calling thread.
    work: Box<dyn Fn(u64) + Sync>,
}

/// Duration of a batch on one thread: long compared with a clock reading, short compared with a
/// scheduler's time slice.
const BATCH_NS: f64 = 200_000.0;

/// Batches per contender.
const ROUNDS: usize = 101;

/// Batches per contender if each is followed by a pause.
const FEWER_ROUNDS: usize = 11;

/// Operations per batch: few enough for a peer's background thread to process in one pass.
const OPERATIONS: u64 = 50_000;

/// Longer than the polling interval of any peer's background thread.
const PAUSE: Duration = Duration::from_millis(150);

impl Contest {
    /// A contest without contenders.
    #[must_use]
    pub fn new(question: &'static str) -> Self {
        Self {
            question,
            contenders: Vec::new(),
            batch_ns: BATCH_NS,
        }
    }

    /// Batches of this duration on one thread, for an operation that finds its data in the caches
    /// only after many others.
    #[must_use]
    pub const fn batches_of(mut self, time: Duration) -> Self {
        self.batch_ns = time.as_secs_f64() * 1e9;
        self
    }

    /// Adds a contender; `work(n)` does the operation `n` times on the calling thread.
    #[must_use]
    pub fn contender(mut self, name: &'static str, work: impl Fn(u64) + Sync + 'static) -> Self {
        self.contenders.push(Contender {
            name,
            prepare: None,
            work: Box::new(work),
        });
        self
    }

    /// Adds a contender of which each batch is one operation on each thread, after `prepare`, which
    /// is not measured.
    #[must_use]
    pub fn contender_after(
        mut self,
        prepare: impl Fn() + Sync + 'static,
        name: &'static str,
        work: impl Fn(u64) + Sync + 'static,
    ) -> Self {
        self.contenders.push(Contender {
            name,
            prepare: Some(Box::new(prepare)),
            work: Box::new(work),
        });
        self
    }

    /// Runs every contender with every thread count, and prints the figures.
    #[must_use]
    pub fn run(&self, arguments: &Arguments) -> Vec<Figure> {
        let mut figures = Vec::new();
        for &threads in &arguments.threads {
            figures.extend(self.round_robin(threads, arguments.rounds.unwrap_or(ROUNDS)));
        }
        report::print(self.question, &figures);
        figures
    }

    /// Measures the CPU time of the whole process per operation on one thread, background threads
    /// included, and prints the figures.
    ///
    /// The CPU time of an idle process is subtracted.
    #[must_use]
    pub fn run_for_processor_time(&self, arguments: &Arguments) -> Vec<Figure> {
        let rounds = arguments.rounds.unwrap_or(FEWER_ROUNDS);
        let mut samples = vec![Vec::with_capacity(rounds); self.contenders.len()];
        for _ in 0..rounds {
            for (contender, samples) in self.contenders.iter().zip(&mut samples) {
                let idle = processor_time(|| ());
                let busy = processor_time(|| (contender.work)(OPERATIONS));
                samples.push((busy - idle) / as_f64(OPERATIONS));
            }
        }
        let figures: Vec<_> = self
            .contenders
            .iter()
            .zip(samples)
            .map(|(contender, samples)| contender.figure("process", self.question, 1, samples))
            .collect();
        report::print(&format!("{}, whole process", self.question), &figures);
        figures
    }

    fn round_robin(&self, threads: usize, rounds: usize) -> Vec<Figure> {
        let sizes: Vec<u64> = self
            .contenders
            .iter()
            .map(|c| batch_size(c, self.batch_ns, threads))
            .collect();
        let mut samples = vec![Vec::with_capacity(rounds); self.contenders.len()];
        for _ in 0..rounds {
            for (i, contender) in self.contenders.iter().enumerate() {
                (contender.work)(sizes[i] / 8);
                samples[i].push(batch(contender, sizes[i], threads));
            }
        }
        let figure = |(contender, samples): (&Contender, Vec<f64>)| {
            contender.figure("thread", self.question, threads, samples)
        };
        self.contenders.iter().zip(samples).map(figure).collect()
    }
}

impl Contender {
    fn figure(
        &self,
        of: &'static str,
        question: &'static str,
        threads: usize,
        mut samples: Vec<f64>,
    ) -> Figure {
        samples.sort_by(f64::total_cmp);
        Figure {
            question,
            contender: self.name,
            of,
            threads,
            median_ns: samples[samples.len() / 2],
            min_ns: samples[0],
        }
    }
}

/// Core-nanoseconds per operation: wall time × busy cores / operations. Perfect scaling gives the
/// same figure for any thread count.
fn batch(contender: &Contender, operations: u64, threads: usize) -> f64 {
    let cores = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(threads);
    if let Some(prepare) = &contender.prepare {
        prepare();
    }
    let wall = if threads == 1 {
        timed(|| (contender.work)(operations))
    } else {
        together(contender, operations, threads)
    };
    wall * as_f64(cores as u64) / as_f64(operations * threads as u64)
}

/// Wall time from the first thread's start, after all are ready, to the last one's end.
fn together(contender: &Contender, operations: u64, threads: usize) -> f64 {
    let barrier = Barrier::new(threads);
    let run = || {
        (contender.work)(operations / 8);
        barrier.wait();
        let start = Instant::now();
        (contender.work)(operations);
        (start, Instant::now())
    };
    let spans: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        workers
            .into_iter()
            .map(|w| w.join().expect("a contender does not panic"))
            .collect()
    });
    let start = spans.iter().map(|span| span.0).min();
    let end = spans.iter().map(|span| span.1).max();
    start
        .zip(end)
        .map_or(0.0, |(start, end)| (end - start).as_secs_f64() * 1e9)
}

fn processor_time(work: impl FnOnce()) -> f64 {
    let start = ProcessTime::now();
    work();
    thread::sleep(PAUSE);
    start.elapsed().as_secs_f64() * 1e9
}

fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64() * 1e9
}

/// Number of operations per batch, found by doubling until the time is measurable.
fn batch_size(contender: &Contender, batch_ns: f64, threads: usize) -> u64 {
    let batch_ns = if threads > 1 {
        batch_ns.max(10.0 * BATCH_NS)
    } else {
        batch_ns
    };
    if contender.prepare.is_some() {
        return 1;
    }
    let mut probe = 1;
    loop {
        // The first run may initialise something.
        (contender.work)(probe);
        let took = timed(|| (contender.work)(probe));
        if took > BATCH_NS / 4.0 || probe >= 1 << 40 {
            let each = took / as_f64(probe);
            return as_u64(batch_ns / each.max(0.01)).max(1);
        }
        probe *= 2;
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of operations are far below 2⁵³"
)]
const fn as_f64(n: u64) -> f64 {
    n as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a batch size"
)]
const fn as_u64(n: f64) -> u64 {
    n as u64
}

impl fmt::Debug for Contest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contest")
            .field("question", &self.question)
            .finish_non_exhaustive()
    }
}
