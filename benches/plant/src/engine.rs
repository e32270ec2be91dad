//! The engine: a queue, a concurrency limit, and workers that advance one sequence by one step at a
//! time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wf_instrument::Nanos;

use crate::model::{Arrivals, Load, Machine, Slo};
use crate::processor::Processors;
use crate::random::Random;
use crate::recorder::Recorder;
use crate::sequence::Sequence;

/// A simulated engine in virtual time. The same seed and the same moves give the same run.
#[derive(Debug)]
pub struct Plant {
    pub(crate) machine: Machine,
    load: Load,
    slo: Slo,
    pub(crate) settings: Arc<Settings>,
    /// A generator of its own, so that the same requests arrive whatever the settings are.
    demand: Random,
    noise: Random,
    pub(crate) now: Nanos,
    next_arrival: Nanos,
    next_second: Nanos,
    pub(crate) waiting: VecDeque<Sequence>,
    pub(crate) sequences: Vec<Option<Sequence>>,
    ready: VecDeque<usize>,
    threads: Vec<Option<usize>>,
    pub(crate) processors: Processors,
    pub(crate) recorder: Recorder,
    pub(crate) read: (Nanos, f64, f64),
}

/// Settings that the knobs move.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) sequences: AtomicU64,
    pub(crate) workers: AtomicU64,
}

impl Plant {
    /// Creates an idle engine at time zero with a limit of `sequences` and `workers` threads.
    #[must_use]
    pub fn new(
        machine: Machine,
        load: Load,
        slo: Slo,
        (sequences, workers): (u64, u64),
        seed: u64,
    ) -> Self {
        let mut plant = Self {
            machine,
            load,
            slo,
            settings: Arc::new(Settings {
                sequences: AtomicU64::new(sequences),
                workers: AtomicU64::new(workers),
            }),
            demand: Random::seeded(seed),
            noise: Random::seeded(!seed),
            now: Nanos::ZERO,
            next_arrival: Nanos::ZERO,
            next_second: Nanos::from_secs(1),
            waiting: VecDeque::new(),
            sequences: Vec::new(),
            ready: VecDeque::new(),
            threads: Vec::new(),
            processors: Processors::new(machine),
            recorder: Recorder::default(),
            read: (Nanos::ZERO, 0.0, 0.0),
        };
        plant.offer(load);
        plant
    }

    /// Changes the load from now on.
    pub fn offer(&mut self, load: Load) {
        self.load = load;
        self.next_arrival = Nanos::new(u64::MAX);
        match load.arrivals {
            Arrivals::Open(_) => self.plan_arrival(),
            Arrivals::Closed(clients) => (0..clients).for_each(|_| self.arrive()),
        }
    }

    /// Lets virtual time pass until `end`.
    pub fn run_until(&mut self, end: Nanos) {
        self.dispatch();
        while self.now < end {
            let wait = ms(self.processors.next_ms());
            let next = self
                .now
                .plus(wait)
                .min(self.next_arrival)
                .min(self.next_shed())
                .min(self.next_second)
                .min(end);
            self.processors.pass(next.since(self.now).as_millis());
            self.now = next;
            self.happen();
        }
    }

    /// Returns the virtual time.
    #[must_use]
    pub const fn now(&self) -> Nanos {
        self.now
    }

    /// Returns the number of requests so far that met the SLO.
    #[must_use]
    pub const fn good(&self) -> u64 {
        self.recorder.good
    }

    /// Returns the number of requests completed so far.
    #[must_use]
    pub const fn done(&self) -> u64 {
        self.recorder.done()
    }

    fn happen(&mut self) {
        while let Some((core, thread, slice)) = self.processors.finished() {
            self.step_done(thread);
            match self.next_step(thread) {
                Some(work) => self.processors.go_on(core, thread, work, slice),
                None => self.processors.leave(core),
            }
        }
        self.processors.rotate();
        while self.now >= self.next_arrival {
            self.arrive();
            self.plan_arrival();
        }
        self.shed();
        self.dispatch();
        if self.now >= self.next_second {
            self.next_second = self.next_second.plus(Nanos::from_secs(1));
            self.processors.disturb(self.noise.normal());
        }
    }

    /// Admits requests up to the limit, and gives every idle thread a step.
    fn dispatch(&mut self) {
        self.admit();
        let workers = self.allowed_workers();
        if self.threads.len() < workers {
            self.threads.resize(workers, None);
        }
        for thread in 0..workers {
            if self.threads[thread].is_none()
                && let Some(work) = self.next_step(thread)
            {
                self.processors.start(thread, work);
            }
        }
    }

    fn admit(&mut self) {
        let limit = self.settings.sequences.load(Ordering::Relaxed);
        let mut running = self.sequences.iter().flatten().count() as u64;
        while running < limit
            && let Some(sequence) = self.waiting.pop_front()
        {
            self.recorder.admitted(self.now.since(sequence.arrived));
            let slot = self
                .sequences
                .iter()
                .position(Option::is_none)
                .unwrap_or_else(|| {
                    self.sequences.push(None);
                    self.sequences.len() - 1
                });
            self.sequences[slot] = Some(sequence);
            self.ready.push_front(slot);
            running += 1;
        }
    }

    /// Duration of the next step of `thread` in milliseconds; `None` if it has no work or exceeds
    /// the number of workers.
    fn next_step(&mut self, thread: usize) -> Option<f64> {
        self.threads[thread] = None;
        if thread >= self.allowed_workers() {
            return None;
        }
        let slot = self.ready.pop_front()?;
        let sequence = self.sequences[slot].as_ref()?;
        self.threads[thread] = Some(slot);
        let cost = match sequence.generated {
            0 => self.machine.prefill_ms * f64::from(sequence.prompt) + self.machine.decode_ms,
            _ => self.machine.decode_ms,
        };
        let noise = 1.0 + self.machine.noise * self.noise.normal();
        Some(cost * noise.max(0.2))
    }

    fn step_done(&mut self, thread: usize) {
        let Some(slot) = self.threads[thread] else {
            return;
        };
        let Some(sequence) = self.sequences[slot].as_mut() else {
            return;
        };
        let gap = sequence.token(self.now, self.slo.stall);
        self.recorder.token(sequence, gap);
        if sequence.is_done() {
            self.recorder
                .ended(sequence, self.now, sequence.meets(&self.slo));
            self.sequences[slot] = None;
            self.replace();
        } else {
            self.ready.push_back(slot);
        }
    }

    fn replace(&mut self) {
        if matches!(self.load.arrivals, Arrivals::Closed(_)) {
            self.arrive();
        }
        self.admit();
    }

    fn arrive(&mut self) {
        self.recorder.arrived();
        let Load { prompt, output, .. } = self.load;
        let output = self.demand.within(output - output / 4, output + output / 4);
        self.waiting
            .push_back(Sequence::new(self.now, prompt, output));
    }

    fn plan_arrival(&mut self) {
        if let Arrivals::Open(rate) = self.load.arrivals {
            let wait = ms(self.demand.exponential() / rate * 1e3);
            self.next_arrival = self.now.plus(wait);
        }
    }

    fn next_shed(&self) -> Nanos {
        let deadline = |s: &Sequence| self.load.shed_after.map(|wait| s.arrived.plus(wait));
        self.waiting
            .front()
            .and_then(deadline)
            .unwrap_or(Nanos::new(u64::MAX))
    }

    fn shed(&mut self) {
        while self.next_shed() <= self.now && self.waiting.pop_front().is_some() {
            self.recorder.rejected();
        }
    }

    fn allowed_workers(&self) -> usize {
        usize::try_from(self.settings.workers.load(Ordering::Relaxed)).unwrap_or(usize::MAX)
    }
}

/// Milliseconds as nanoseconds, at least one: virtual time always moves on.
fn ms(span: f64) -> Nanos {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturation is the intent: nothing ever happens"
    )]
    let nanos = (span * 1e6).ceil() as u64;
    Nanos::new(nanos.max(1))
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
pub(crate) const fn float(n: usize) -> f64 {
    n as f64
}
