//! Which batch size the engine's own measurements speak for.

use std::collections::VecDeque;

use wf_govern::sizing::batch::{Choice, Measured, Sizing};
use wf_instrument::{Bytes, Nanos, PerSecond};
use wf_sense::Readings;

use crate::engine::Engine;

/// What was measured at which size, the last [`KEPT`] times.
#[derive(Debug, Default)]
pub(super) struct BatchSizes {
    measured: VecDeque<Measured>,
}

impl BatchSizes {
    /// Takes in the tokens of a time in which requests waited: only then was the batch as large as it might be.
    pub(super) fn saw(&mut self, engine: &Engine, tokens: u64, span: Nanos) {
        let rate = PerSecond::of(tokens, span).filter(|_| engine.waiting() > 0);
        let Some(rate) = rate else { return };
        if self.measured.len() == KEPT {
            self.measured.pop_front();
        }
        self.measured.push_back(Measured {
            size: engine.max_concurrent() as u64,
            tokens_per_second: rate.get(),
        });
    }

    /// Of sequences as long as the model allows; `None` while it is unknown how much memory is free.
    pub(super) fn choose(&self, engine: &Engine, readings: &Readings) -> Option<Choice> {
        let memory = &readings.memory;
        let (limit, used) = (memory.limit.value()?, memory.used.value()?);
        let sequence = engine.model().kv_bytes(engine.model().context()) as u64;
        let held = sequence * engine.running() as u64;
        let free = free(limit.get(), used.get()).saturating_add(held);
        let sizing = Sizing::new(Bytes::new(free), Bytes::new(sequence));
        let measured: Vec<Measured> = self.measured.iter().copied().collect();
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

    use wf_instrument::Ratio;
    use wf_sense::Reading;

    use super::*;
    use crate::engine::Settings;
    use crate::model::Model;

    fn engine() -> Engine {
        let model = Model::tiny().expect("it ships with this program");
        Engine::start(Arc::new(model), Settings::default()).expect("a few threads")
    }

    fn readings(limit: u64) -> Readings {
        let mut readings = Readings::default();
        let at = Nanos::ZERO;
        readings.memory.limit = Reading::Present {
            value: Bytes::new(limit),
            at,
        };
        readings.memory.used = Reading::Present {
            value: Ratio::new(0.5).expect("a share"),
            at,
        };
        readings
    }

    #[test]
    fn a_batch_that_was_not_full_says_nothing_of_its_size() {
        let engine = engine();
        let mut sizes = BatchSizes::default();
        sizes.saw(&engine, 1_000, Nanos::from_secs(1));
        let choice = sizes
            .choose(&engine, &readings(1 << 30))
            .expect("memory is known");
        assert_eq!(choice.size, 1);
        assert!(
            choice.explain().contains("to measure first"),
            "{}",
            choice.explain()
        );
    }

    #[test]
    fn no_more_sequences_than_fit_into_free_memory_are_suggested() {
        let engine = engine();
        let sequence = engine.model().kv_bytes(engine.model().context()) as u64;
        let choose = |limit| BatchSizes::default().choose(&engine, &readings(limit));
        let roomy = choose(20 * sequence).expect("memory is known");
        assert_eq!(roomy.memory_allows, 8, "85 % of the half that is free");
        assert_eq!(choose(sequence).expect("memory is known").size, 0);
        assert!(
            BatchSizes::default()
                .choose(&engine, &Readings::default())
                .is_none()
        );
    }
}
