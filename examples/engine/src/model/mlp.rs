//! The gated feed-forward layer (SwiGLU).
//!
//! Source: Shazeer, "GLU variants improve transformer", 2020.

use candle_core::Tensor;

use super::{ModelError, config::Config, linear::Linear, source::WeightSource};

/// `down(silu(gate(x)) · up(x))`; gate and up are one matrix.
#[derive(Debug)]
pub(crate) struct Mlp {
    gate_up: Linear,
    down: Linear,
}

impl Mlp {
    pub(crate) fn read(
        config: &Config,
        prefix: &str,
        source: &mut impl WeightSource,
    ) -> Result<Self, ModelError> {
        let &Config { width, hidden, .. } = config;
        let parts = [
            (format!("{prefix}.mlp.gate_proj.weight"), hidden),
            (format!("{prefix}.mlp.up_proj.weight"), hidden),
        ];
        Ok(Self {
            gate_up: Linear::stacked(&parts, width, source)?,
            down: Linear::read(
                &format!("{prefix}.mlp.down_proj.weight"),
                width,
                hidden,
                source,
            )?,
        })
    }

    pub(crate) fn linears(&self) -> [&Linear; 2] {
        [&self.gate_up, &self.down]
    }

    pub(crate) fn linears_mut(&mut self) -> [&mut Linear; 2] {
        [&mut self.gate_up, &mut self.down]
    }

    pub(crate) fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let halves = self.gate_up.forward(x)?.chunk(2, 1)?;
        let gated = (halves[0].silu()? * &halves[1])?;
        self.down.forward(&gated)
    }
}
