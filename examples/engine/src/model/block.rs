//! One layer of the network: attention, then the feed-forward, each normalised and residual.

use candle_core::Tensor;

use super::{
    ModelError, attention::Attention, config::Config, forward_pass::ForwardPass,
    kv_cache::LayerSlot, linear::Linear, mlp::Mlp, rms_norm::RmsNorm, source::WeightSource,
};

/// A transformer block.
#[derive(Debug)]
pub(crate) struct Block {
    attention_norm: RmsNorm,
    attention: Attention,
    mlp_norm: RmsNorm,
    mlp: Mlp,
}

impl Block {
    pub(crate) fn read(
        config: &Config,
        index: usize,
        source: &mut impl WeightSource,
    ) -> Result<Self, ModelError> {
        let prefix = format!("model.layers.{index}");
        let norm = |name: &str, source: &mut _| {
            let name = format!("{prefix}.{name}.weight");
            RmsNorm::read(name, config.width, config.norm_epsilon, source)
        };
        Ok(Self {
            attention_norm: norm("input_layernorm", source)?,
            attention: Attention::read(config, &prefix, source)?,
            mlp_norm: norm("post_attention_layernorm", source)?,
            mlp: Mlp::read(config, &prefix, source)?,
        })
    }

    pub(crate) fn forward(
        &self,
        x: &Tensor,
        pass: &ForwardPass,
        slot: Option<LayerSlot<'_>>,
    ) -> candle_core::Result<Tensor> {
        let normed = self.attention_norm.forward(x, pass.ops)?;
        let x = (x + self.attention.forward(&normed, pass, slot)?)?;
        let normed = self.mlp_norm.forward(&x, pass.ops)?;
        &x + self.mlp.forward(&normed)?
    }

    pub(crate) fn norms(&self) -> [&RmsNorm; 2] {
        [&self.attention_norm, &self.mlp_norm]
    }

    pub(crate) fn linears(&self) -> impl Iterator<Item = &Linear> {
        self.attention
            .linears()
            .into_iter()
            .chain(self.mlp.linears())
    }

    /// Every parameter, for an optimiser.
    pub(crate) fn tensors_mut(&mut self) -> impl Iterator<Item = &mut Tensor> {
        let norms = [&mut self.attention_norm.weight, &mut self.mlp_norm.weight];
        let linears = self
            .attention
            .linears_mut()
            .into_iter()
            .chain(self.mlp.linears_mut());
        norms
            .into_iter()
            .chain(linears.map(|linear| &mut linear.weight))
    }
}
