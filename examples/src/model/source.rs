//! Where a model's tensors come from.

use candle_core::{Device, Tensor};

use super::{ModelError, rng::Rng};

/// Hands out each tensor of a checkpoint once, by its Hugging Face name.
pub(crate) trait Source {
    /// The tensor `name` as `f32`, which must have exactly `shape`.
    fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, ModelError>;
}

/// Fresh weights: norms are one, all others uniform with standard deviation 0.02.
///
/// Uniform rather than normal, because it needs no logarithm: the same seed gives the same bits on
/// every platform. Source of 0.02: Radford et al., GPT-2, 2019.
pub(crate) struct Seeded(Rng);

impl Seeded {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(Rng::new(seed))
    }
}

impl Source for Seeded {
    fn take(&mut self, _: &str, shape: &[usize]) -> Result<Tensor, ModelError> {
        let reach = 0.02 * 3.0_f32.sqrt();
        let count = shape.iter().product();
        let values: Vec<f32> = match shape {
            [_] => vec![1.0; count],
            _ => (0..count)
                .map(|_| (self.0.unit() * 2.0 - 1.0) * reach)
                .collect(),
        };
        Ok(Tensor::from_vec(values, shape, &Device::Cpu)?)
    }
}
