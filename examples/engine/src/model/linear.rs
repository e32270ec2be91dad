//! A matrix multiplication, possibly several that share their input stacked into one.

use candle_core::Tensor;

use super::{ModelError, source::WeightSource};

/// `x · weightᵀ`, without bias.
///
/// At one token a call costs about as much as reading its weights, so projections of the same input
/// are stacked: three calls become one.
#[derive(Debug)]
pub(crate) struct Linear {
    /// Outputs × inputs.
    pub(crate) weight: Tensor,
    parts: Vec<(String, usize)>,
}

impl Linear {
    pub(crate) fn read(
        name: &str,
        outputs: usize,
        inputs: usize,
        source: &mut impl WeightSource,
    ) -> Result<Self, ModelError> {
        Self::stacked(&[(name.to_owned(), outputs)], inputs, source)
    }

    /// Stacks `parts`, each a checkpoint's tensor name and its number of outputs.
    pub(crate) fn stacked(
        parts: &[(String, usize)],
        inputs: usize,
        source: &mut impl WeightSource,
    ) -> Result<Self, ModelError> {
        let read = |(name, outputs): &(String, usize)| source.take(name, &[*outputs, inputs]);
        let tensors = parts.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            weight: Tensor::cat(&tensors, 0)?,
            parts: parts.to_vec(),
        })
    }

    pub(crate) fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        x.matmul(&self.weight.t()?)
    }

    /// Splits the stacked tensors, under the names they were read by.
    pub(crate) fn named(&self) -> candle_core::Result<Vec<(String, Tensor)>> {
        let mut start = 0;
        let part = |(name, outputs): &(String, usize)| {
            let tensor = self.weight.narrow(0, start, *outputs)?;
            start += outputs;
            Ok((name.clone(), tensor))
        };
        self.parts.iter().map(part).collect()
    }
}
