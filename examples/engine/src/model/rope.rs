//! Rotary position embedding: each pair of a head's values turns by an angle of its position.
//!
//! Source: Su et al., "RoFormer", 2021; the pairing of halves and the frequency scalings are those
//! of Hugging Face `modeling_rope_utils.py`, so that their checkpoints give the same output.

use std::f32::consts::TAU;

use candle_core::{Device, Result, Tensor};

/// The scaling of rotation frequencies for contexts longer than that of the first training.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum RopeScaling {
    None,
    Linear {
        factor: f32,
    },
    Llama3 {
        factor: f32,
        low: f32,
        high: f32,
        context: f32,
    },
}

impl RopeScaling {
    fn apply(&self, frequency: f32) -> f32 {
        match *self {
            Self::None => frequency,
            Self::Linear { factor } => frequency / factor,
            Self::Llama3 {
                factor,
                low,
                high,
                context,
            } => {
                let turns = context * frequency / TAU;
                let keep = ((turns - low) / (high - low)).clamp(0.0, 1.0);
                frequency * (keep + (1.0 - keep) / factor)
            }
        }
    }
}

/// Cosines and sines of every position, computed once for a model.
#[derive(Debug)]
pub(crate) struct RopeTable {
    cos: Tensor,
    sin: Tensor,
}

impl RopeTable {
    pub(crate) fn new(
        theta: f32,
        scaling: &RopeScaling,
        head_width: usize,
        context: usize,
    ) -> Result<Self> {
        let pairs = head_width / 2;
        let frequency = |pair| scaling.apply(theta.powf(-ratio(pair, pairs)));
        let frequencies: Vec<f32> = (0..pairs).map(frequency).collect();
        let angles = angles(&frequencies, context);
        let table = |turn: fn(f32) -> f32| {
            let values: Vec<f32> = angles.iter().map(|&angle| turn(angle)).collect();
            Tensor::from_vec(values, (context, pairs), &Device::Cpu)
        };
        Ok(Self {
            cos: table(f32::cos)?,
            sin: table(f32::sin)?,
        })
    }

    /// The rows of `count` positions from `start`, as cosines and sines.
    pub(crate) fn rows(&self, start: usize, count: usize) -> Result<(Tensor, Tensor)> {
        Ok((
            self.cos.narrow(0, start, count)?,
            self.sin.narrow(0, start, count)?,
        ))
    }
}

#[expect(clippy::cast_precision_loss, reason = "widths are below 2¹⁶")]
fn ratio(pair: usize, pairs: usize) -> f32 {
    pair as f32 / pairs as f32
}

#[expect(clippy::cast_precision_loss, reason = "positions are below 2¹⁶")]
fn angles(frequencies: &[f32], context: usize) -> Vec<f32> {
    let row = |position: usize| frequencies.iter().map(move |f| position as f32 * f);
    (0..context).flat_map(row).collect()
}
