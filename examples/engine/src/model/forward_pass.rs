//! Positions, mask and operations of one forward pass, the same for every layer.

use candle_core::{Device, Result, Tensor};

use super::{ops::Ops, rope::RopeTable};

/// The positions of the tokens of one forward pass, and the operations that it uses.
pub(crate) struct ForwardPass {
    pub(crate) batch: usize,
    pub(crate) tokens: usize,
    pub(crate) cos: Tensor,
    pub(crate) sin: Tensor,
    /// Zero where a token may attend, minus infinity elsewhere; `None` for a single token.
    pub(crate) mask: Option<Tensor>,
    pub(crate) ops: Ops,
}

impl ForwardPass {
    /// A pass over `batch` rows of `tokens` tokens, the first at position `start`.
    pub(crate) fn new(
        rope: &RopeTable,
        batch: usize,
        tokens: usize,
        start: usize,
        ops: Ops,
    ) -> Result<Self> {
        let (cos, sin) = rope.rows(start, tokens)?;
        let mask = (tokens > 1)
            .then(|| causal_mask(start, tokens))
            .transpose()?;
        Ok(Self {
            batch,
            tokens,
            cos,
            sin,
            mask,
            ops,
        })
    }
}

fn causal_mask(start: usize, tokens: usize) -> Result<Tensor> {
    let context = start + tokens;
    let row = |token: usize| {
        (0..context).map(move |at| {
            if at <= start + token {
                0.0
            } else {
                f32::NEG_INFINITY
            }
        })
    };
    let values: Vec<f32> = (0..tokens).flat_map(row).collect();
    Tensor::from_vec(values, (tokens, context), &Device::Cpu)
}
