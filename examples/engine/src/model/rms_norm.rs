//! Root-mean-square normalisation.
//!
//! Source: Zhang and Sennrich, "Root mean square layer normalization", 2019.

use candle_core::Tensor;

use super::{ModelError, ops::Ops, source::WeightSource};

/// Scales each row to unit mean square, then by a learned weight.
#[derive(Debug)]
pub(crate) struct RmsNorm {
    pub(crate) name: String,
    pub(crate) weight: Tensor,
    epsilon: f32,
}

impl RmsNorm {
    pub(crate) fn read(
        name: String,
        width: usize,
        epsilon: f32,
        source: &mut impl WeightSource,
    ) -> Result<Self, ModelError> {
        let weight = source.take(&name, &[width])?;
        Ok(Self {
            name,
            weight,
            epsilon,
        })
    }

    pub(crate) fn forward(&self, x: &Tensor, ops: Ops) -> candle_core::Result<Tensor> {
        ops.rms_norm(x, &self.weight, self.epsilon)
    }
}
