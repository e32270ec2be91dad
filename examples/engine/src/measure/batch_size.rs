//! The batch size that the engine's own throughput suggests.

use std::collections::VecDeque;

use wf_govern::sizing::batch::{Choice, Measurement, Sizing};
use wf_instrument::{Bytes, Nanos, PerSecond};
use wf_sense::Readings;

use crate::engine::Engine;

/// Throughput measured at each batch size, the last [`KEPT`] samples.
#[derive(Debug, Default)]
pub(super) struct BatchSizes {
    measured: VecDeque<Measurement>,
}

impl BatchSizes {
    /// Records the throughput of a period at whose end requests waited: only then was the batch
    /// full. All of it counts for the limit of that moment.
    pub(super) fn record(&mut self, engine: &Engine, tokens: u64, period: Nanos) {
        let rate = PerSecond::of(tokens, period).filter(|_| engine.waiting() > 0);
        let Some(rate) = rate else { return };
        if self.measured.len() == KEPT {
            self.measured.pop_front();
        }
        self.measured.push_back(Measurement {
            size: engine.max_concurrent() as u64,
            tokens_per_second: rate.get(),
        });
    }

    /// The suggested size for sequences of full context; `None` while free memory is unknown.
    pub(super) fn choose(&self, engine: &Engine, readings: &Readings) -> Option<Choice> {
        let memory = &readings.memory;
        let (limit, used) = (memory.limit.value()?, memory.utilization.value()?);
        let sequence = engine.model().kv_bytes(engine.model().context()) as u64;
        let in_use = sequence * engine.running() as u64;
        let free = free(limit.get(), used.get()).saturating_add(in_use);
        let sizing = Sizing::new(Bytes::new(free), Bytes::new(sequence));
        let measured: Vec<Measurement> = self.measured.iter().copied().collect();
        Some(sizing.choose(&measured))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of an amount of memory, to within its rounding"
)]
fn free(limit: u64, used: f64) -> u64 {
    (limit as f64 * (1.0 - used).max(0.0)) as u64
}

/// Two minutes of a busy engine.
const KEPT: usize = 120;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use wf_govern::sizing::batch::BoundBy;
    use wf_instrument::Ratio;
    use wf_sense::Reading;

    use super::*;
    use crate::engine::Settings;
    use crate::model::Model;

    fn engine() -> Engine {
        let model = Model::tiny().expect("the shipped model loads");
        Engine::start(Arc::new(model), Settings::default()).expect("threads start")
    }

    fn readings(limit: u64) -> Readings {
        let mut readings = Readings::default();
        let at = Nanos::ZERO;
        readings.memory.limit = Reading::Present {
            value: Bytes::new(limit),
            at,
        };
        readings.memory.utilization = Reading::Present {
            value: Ratio::new(0.5).expect("a share"),
            at,
        };
        readings
    }

    #[test]
    fn a_batch_that_was_not_full_is_not_recorded() {
        let engine = engine();
        let mut sizes = BatchSizes::default();
        sizes.record(&engine, 1_000, Nanos::from_secs(1));
        let choice = sizes
            .choose(&engine, &readings(1 << 30))
            .expect("memory is known");
        assert_eq!(choice.size, 1);
        assert_eq!(choice.bound_by, BoundBy::Unmeasured);
    }

    #[test]
    fn no_more_sequences_than_fit_into_free_memory_are_suggested() {
        let engine = engine();
        let sequence = engine.model().kv_bytes(engine.model().context()) as u64;
        let choose = |limit| BatchSizes::default().choose(&engine, &readings(limit));
        let roomy = choose(20 * sequence).expect("memory is known");
        assert_eq!(roomy.max_by_memory, 8, "85 % of the half that is free");
        assert_eq!(choose(sequence).expect("memory is known").size, 0);
        assert!(
            BatchSizes::default()
                .choose(&engine, &Readings::default())
                .is_none()
        );
    }
}
