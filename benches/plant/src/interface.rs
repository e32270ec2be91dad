//! Interface of the engine, as of a real one: snapshots, readings and knobs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wf_govern::knob::Knob;
use wf_instrument::snapshot::Snapshot;
use wf_instrument::{Bytes, Nanos, Ratio};
use wf_sense::{Reading, Readings, Stall};

use crate::engine::{Plant, float};

impl Plant {
    /// Returns everything measured so far.
    pub fn snapshot(&mut self) -> Snapshot {
        let running = self.sequences.iter().flatten().count();
        self.recorder
            .snapshot(self.now, self.waiting.len(), running)
    }

    /// Returns readings of the machine over the time since the last call.
    pub fn readings(&mut self) -> Readings {
        let (since, busy, pressed) = self.read;
        let span = self.now.since(since).as_millis();
        self.read = (
            self.now,
            self.processors.busy_ms,
            self.processors.pressed_ms,
        );
        let used = (self.processors.busy_ms - busy) / float(self.machine.cores);
        let share = |part: f64| match Ratio::of(part, span) {
            Some(share) => self.present(share),
            None => Reading::Unknown(NO_TIME.into()),
        };
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

    /// Returns the knob of the concurrency limit, 1 to 64 sequences.
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

    /// Returns the knob of the number of threads, 1 to 16.
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

    /// Returns a knob of workers that has no effect: each of its moves that is kept is an error.
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
const NO_TIME: &str = "no time has passed since the last reading";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Arrivals, Load, Machine, Slo};

    #[test]
    fn a_share_of_no_time_is_unknown() {
        let load = Load {
            arrivals: Arrivals::Open(8.0),
            prompt: 16,
            output: 16,
            shed_after: None,
        };
        let slo = Slo {
            time_to_first_token: Nanos::from_millis(500),
            inter_token_latency: Nanos::from_millis(25),
            stall: Nanos::from_millis(40),
        };
        let mut plant = Plant::new(Machine::M15, load, slo, (4, 2), 1);
        plant.run_until(Nanos::from_secs(1));
        assert!(matches!(
            plant.readings().cpu.utilization,
            Reading::Present { .. }
        ));
        let again = plant.readings();
        assert!(
            matches!(again.cpu.utilization, Reading::Unknown(_)),
            "{:?}",
            again.cpu
        );
        assert!(
            matches!(again.pressure.cpu, Reading::Unknown(_)),
            "{:?}",
            again.pressure
        );
    }
}
