//! What the engine shows and lets others move, as a real one does: snapshots, readings and knobs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wf_govern::knob::Knob;
use wf_instrument::snapshot::Snapshot;
use wf_instrument::{Bytes, Nanos, Ratio};
use wf_sense::{Reading, Readings, Stall};

use crate::engine::{Plant, float};

impl Plant {
    /// What a real engine would have measured so far.
    pub fn snapshot(&mut self) -> Snapshot {
        let running = self.sequences.iter().flatten().count();
        self.ledger.snapshot(self.now, self.waiting.len(), running)
    }

    /// What sensors would see: of the time since they were last asked.
    pub fn readings(&mut self) -> Readings {
        let (since, busy, pressed) = self.read;
        let span = self.now.since(since).as_millis();
        self.read = (
            self.now,
            self.processors.busy_ms,
            self.processors.pressed_ms,
        );
        let used = (self.processors.busy_ms - busy) / float(self.machine.cores);
        let share = |part: f64| self.present(Ratio::of(part, span).unwrap_or_default());
        let mut readings = Readings::default();
        readings.at = self.now;
        readings.cpu.limit = self.present(float(self.machine.cores));
        readings.cpu.utilization = share(used);
        readings.cpu.host_utilization = share(used);
        readings.memory.limit = self.present(Bytes::new(8 << 30));
        readings.memory.utilization = self.present(Ratio::new(0.3).unwrap_or_default());
        let stall = |some| Stall {
            some,
            ..Stall::default()
        };
        readings.pressure.cpu = share(self.processors.pressed_ms - pressed).map(stall);
        readings.storage.wait = self.present(Nanos::from_millis(1));
        readings.gpus.devices = Reading::Absent(NO_GPU.into());
        readings.gpus.busiest_utilization = Reading::Absent(NO_GPU.into());
        readings.gpus.busiest_memory_utilization = Reading::Absent(NO_GPU.into());
        readings
    }

    /// How many sequences it works on at a time, 1 to 64.
    #[must_use]
    pub fn concurrency(&self) -> Knob {
        let (shown, moved) = (self.settings.clone(), self.settings.clone());
        Knob::concurrency(
            1..=64,
            move || shown.sequences.load(Ordering::Relaxed),
            move |to| {
                moved.sequences.store(to, Ordering::Relaxed);
                Ok(to)
            },
        )
    }

    /// How many threads it has, 1 to 16.
    #[must_use]
    pub fn workers(&self) -> Knob {
        let (shown, moved) = (self.settings.clone(), self.settings.clone());
        Knob::workers(
            1..=16,
            move || shown.workers.load(Ordering::Relaxed),
            move |to| {
                moved.workers.store(to, Ordering::Relaxed);
                Ok(to)
            },
        )
    }

    /// A knob that looks like the one for the threads and does nothing: what is kept of its moves
    /// is kept by mistake.
    #[must_use]
    pub fn placebo(&self, value: u64) -> Knob {
        let cell = Arc::new(AtomicU64::new(value));
        let moved = cell.clone();
        Knob::workers(
            1..=16,
            move || cell.load(Ordering::Relaxed),
            move |to| {
                moved.store(to, Ordering::Relaxed);
                Ok(to)
            },
        )
    }

    fn present<T>(&self, value: T) -> Reading<T> {
        Reading::Present {
            value,
            at: self.now,
        }
    }
}

const NO_GPU: &str = "simulated without one";
