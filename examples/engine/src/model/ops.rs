//! The operations that exist twice: fused without gradients, composed with gradients.
//!
//! candle's fused kernels run under `backward` without an error and without a gradient, so training
//! through them silently learns nothing below the last one. The explicit choice keeps this visible.

use candle_core::{D, Result, Tensor};
use candle_nn::{ops, rotary_emb};

/// The implementation that a forward pass uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ops {
    /// One pass over memory each; for inference.
    Fused,
    /// Compositions that candle differentiates; for training.
    Differentiable,
}

impl Ops {
    pub(crate) fn rms_norm(self, x: &Tensor, weight: &Tensor, epsilon: f32) -> Result<Tensor> {
        match self {
            Self::Fused => ops::rms_norm(x, weight, epsilon),
            Self::Differentiable => ops::rms_norm_slow(x, weight, epsilon),
        }
    }

    pub(crate) fn softmax(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Fused => ops::softmax_last_dim(x),
            Self::Differentiable => ops::softmax(x, D::Minus1),
        }
    }

    /// Rotates `x`, laid out batch × position × head × value.
    pub(crate) fn rope(self, x: &Tensor, cos: &Tensor, sin: &Tensor) -> Result<Tensor> {
        match self {
            Self::Fused => rotary_emb::rope_thd(x, cos, sin),
            Self::Differentiable => rotate_halves(x, cos, sin),
        }
    }
}

fn rotate_halves(x: &Tensor, cos: &Tensor, sin: &Tensor) -> Result<Tensor> {
    let halves = x.chunk(2, D::Minus1)?;
    let (low, high) = (&halves[0], &halves[1]);
    let (cos, sin) = (cos.unsqueeze(1)?, sin.unsqueeze(1)?);
    let turned_low = (low.broadcast_mul(&cos)? - high.broadcast_mul(&sin)?)?;
    let turned_high = (low.broadcast_mul(&sin)? + high.broadcast_mul(&cos)?)?;
    Tensor::cat(&[turned_low, turned_high], D::Minus1)
}
