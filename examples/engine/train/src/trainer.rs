//! The training loop: loss, gradients, clipping and the optimiser's step.
//!
//! The same seed gives the same bits on the same kind of CPU: initial weights and text come from
//! the seeded generator, each thread's work is fixed, and gradients are summed in a fixed order.
//! Another instruction set rounds differently, so there the weights are as good but not the same.

use std::{fmt, thread};

use candle_core::{D, DType, Tensor, Var, backprop::GradStore};
use candle_nn::{AdamW, Optimizer, ParamsAdamW, ops::log_softmax};

use wf_engine::model::{ModelError, Trainable};

use crate::batch::{Batch, Batches};
use crate::plan::Plan;
use crate::weights;

/// A model in training.
pub struct Trainer {
    plan: Plan,
    model: Trainable,
    optimiser: AdamW,
    batches: Batches,
    step: u32,
}

impl Trainer {
    /// Fresh weights of the shipped model's shape.
    ///
    /// # Errors
    /// When memory cannot hold them as tensors.
    pub fn new(plan: Plan) -> Result<Self, ModelError> {
        let model = Trainable::new(plan.seed)?;
        let optimiser = AdamW::new(model.variables().to_vec(), PARAMETERS)?;
        let batches = Batches::new(plan.seed, plan.sequences, model.context());
        Ok(Self {
            plan,
            model,
            optimiser,
            batches,
            step: 0,
        })
    }

    /// One optimiser step; returns the loss before it, in nats per byte of the answers.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn step(&mut self) -> Result<f32, ModelError> {
        let batches: Vec<Batch> = (0..self.plan.threads)
            .map(|_| self.batches.next())
            .collect();
        let (losses, gradients): (Vec<f32>, Vec<GradStore>) =
            self.in_parallel(&batches)?.into_iter().unzip();
        let gradients = self.clip(self.mean(&gradients)?)?;
        self.optimiser
            .set_learning_rate(self.plan.rate_at(self.step));
        self.optimiser.step(&gradients)?;
        self.step += 1;
        #[expect(clippy::cast_precision_loss, reason = "a handful of threads")]
        Ok(losses.iter().sum::<f32>() / losses.len() as f32)
    }

    /// Steps that are done.
    #[must_use]
    pub const fn steps_done(&self) -> u32 {
        self.step
    }

    /// The weights as a safetensors file in half precision.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn save(&self) -> Result<Vec<u8>, ModelError> {
        weights::half_precision(&self.model.named()?)
    }

    fn in_parallel(&self, batches: &[Batch]) -> candle_core::Result<Vec<(f32, GradStore)>> {
        thread::scope(|scope| {
            let start = |batch| scope.spawn(move || self.loss_and_gradients(batch));
            let running: Vec<_> = batches.iter().map(start).collect();
            running
                .into_iter()
                .map(|thread| thread.join().expect("tensors do not panic"))
                .collect()
        })
    }

    fn loss_and_gradients(&self, batch: &Batch) -> candle_core::Result<(f32, GradStore)> {
        let logits = self.model.logits(&batch.inputs()?)?;
        let probabilities =
            log_softmax(&logits, D::Minus1)?.gather(&batch.targets()?, D::Minus1)?;
        let weights = batch.weights()?;
        let loss = ((probabilities * &weights)?.sum_all()? / weights.sum_all()?)?.neg()?;
        Ok((loss.to_scalar()?, loss.backward()?))
    }

    fn mean(&self, all: &[GradStore]) -> candle_core::Result<GradStore> {
        #[expect(clippy::cast_precision_loss, reason = "a handful of threads")]
        let share = 1.0 / all.len() as f64;
        self.map_gradients(|variable| {
            let mut parts = all.iter().filter_map(|gradients| gradients.get(variable));
            parts.try_fold(variable.zeros_like()?, |sum, part| sum + part)? * share
        })
    }

    fn clip(&self, gradients: GradStore) -> candle_core::Result<GradStore> {
        let square = |variable: &Var| match gradients.get(variable) {
            Some(gradient) => gradient
                .sqr()?
                .sum_all()?
                .to_dtype(DType::F64)?
                .to_scalar::<f64>(),
            None => Ok(0.0),
        };
        let squares = self
            .model
            .variables()
            .iter()
            .map(square)
            .sum::<candle_core::Result<f64>>()?;
        let scale = self.plan.clip / squares.sqrt();
        if scale >= 1.0 {
            return Ok(gradients);
        }
        self.map_gradients(|variable| match gradients.get(variable) {
            Some(gradient) => gradient * scale,
            None => variable.zeros_like(),
        })
    }

    fn map_gradients(
        &self,
        gradient: impl Fn(&Var) -> candle_core::Result<Tensor>,
    ) -> candle_core::Result<GradStore> {
        let mut gradients = GradStore::default();
        for variable in self.model.variables() {
            gradients.insert(variable, gradient(variable)?);
        }
        Ok(gradients)
    }
}

impl fmt::Debug for Trainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trainer")
            .field("plan", &self.plan)
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}

/// A short memory of squared gradients: the run is too short for a longer one.
const PARAMETERS: ParamsAdamW = ParamsAdamW {
    lr: 0.0,
    beta1: 0.9,
    beta2: 0.98,
    eps: 1e-8,
    weight_decay: 0.1,
};

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Plan = Plan {
        sequences: 1,
        ..Plan::shipped()
    };

    fn trained(plan: Plan, steps: u32) -> (Vec<f32>, Vec<u8>) {
        let mut trainer = Trainer::new(plan).unwrap();
        let losses = (0..steps).map(|_| trainer.step().unwrap()).collect();
        (losses, trainer.save().unwrap())
    }

    #[test]
    fn training_twice_gives_the_same_bits() {
        let (losses, weights) = trained(SHORT, 3);
        assert_eq!((losses, weights.clone()), trained(SHORT, 3));
        assert_ne!(weights, trained(Plan { seed: 2, ..SHORT }, 3).1);
    }

    #[test]
    fn a_few_steps_lower_the_loss() {
        let plan = Plan {
            warm_up: 1,
            threads: 1,
            ..SHORT
        };
        let (losses, _) = trained(plan, 8);
        assert!(losses[7] < losses[0] - 0.5, "{losses:?}");
    }

    #[test]
    fn every_weight_has_a_gradient() {
        let mut trainer = Trainer::new(SHORT).unwrap();
        let batch = trainer.batches.next();
        let (_, gradients) = trainer.loss_and_gradients(&batch).unwrap();
        for variable in trainer.model.variables() {
            let gradient = gradients.get(variable).expect("a gradient");
            let size: f32 = gradient
                .abs()
                .unwrap()
                .sum_all()
                .unwrap()
                .to_scalar()
                .unwrap();
            assert!(size > 0.0, "{:?}", variable.shape());
        }
    }

    #[test]
    fn a_long_gradient_is_cut_to_the_limit_and_a_short_one_kept() {
        let trainer = Trainer::new(Plan { clip: 2.0, ..SHORT }).unwrap();
        let norm = |value: f64| {
            let filled = trainer
                .map_gradients(|variable| variable.zeros_like()? + value)
                .unwrap();
            let clipped = trainer.clip(filled).unwrap();
            let square = |variable: &Var| -> f32 {
                let gradient = clipped.get(variable).unwrap();
                gradient
                    .sqr()
                    .unwrap()
                    .sum_all()
                    .unwrap()
                    .to_scalar()
                    .unwrap()
            };
            trainer
                .model
                .variables()
                .iter()
                .map(square)
                .sum::<f32>()
                .sqrt()
        };
        assert!((norm(1.0) - 2.0).abs() < 1e-3);
        assert!(norm(1e-4) < 0.1);
    }
}
