//! The network: token ids in, logits out.
//!
//! Source of the architecture: Touvron et al., "LLaMA", 2023. The same code trains and serves; only
//! [`Ops`] differ.

use candle_core::{Device, Result as Tensors, Tensor};

use super::{
    ModelError, block::Block, config::Config, forward_pass::ForwardPass, kv_cache::KvCache,
    linear::Linear, ops::Ops, rms_norm::RmsNorm, rope::RopeTable, source::WeightSource,
};

/// The weights of a Llama.
#[derive(Debug)]
pub(crate) struct Llama {
    vocabulary: usize,
    embedding: Linear,
    blocks: Vec<Block>,
    norm: RmsNorm,
    /// `None` when the embedding is also the head.
    head: Option<Linear>,
    rope: RopeTable,
}

impl Llama {
    pub(crate) fn read(
        config: &Config,
        source: &mut impl WeightSource,
    ) -> Result<Self, ModelError> {
        let &Config {
            vocabulary, width, ..
        } = config;
        let blocks = |source: &mut _| -> Result<Vec<_>, ModelError> {
            (0..config.layers)
                .map(|index| Block::read(config, index, source))
                .collect()
        };
        let head = |source: &mut _| Linear::read("lm_head.weight", vocabulary, width, source);
        Ok(Self {
            vocabulary,
            embedding: Linear::read("model.embed_tokens.weight", vocabulary, width, source)?,
            blocks: blocks(source)?,
            norm: RmsNorm::read(
                "model.norm.weight".into(),
                width,
                config.norm_epsilon,
                source,
            )?,
            head: (!config.tied_head).then(|| head(source)).transpose()?,
            rope: RopeTable::new(
                config.rope_theta,
                &config.rope_scaling,
                config.head_width,
                config.context,
            )?,
        })
    }

    /// Logits after the last of `tokens`, which follow those in `cache`.
    pub(crate) fn next(&self, tokens: &[u32], cache: &mut KvCache) -> Tensors<Vec<f32>> {
        let ids = Tensor::from_slice(tokens, tokens.len(), &Device::Cpu)?;
        let pass = ForwardPass::new(&self.rope, 1, tokens.len(), cache.len(), Ops::Fused)?;
        let mut x = self.embed(&ids)?;
        for (index, block) in self.blocks.iter().enumerate() {
            x = block.forward(&x, &pass, Some(cache.layer(index)))?;
        }
        cache.advance(tokens.len());
        let last = x.narrow(0, tokens.len() - 1, 1)?;
        self.logits(&last, Ops::Fused)?.squeeze(0)?.to_vec1()
    }

    /// Logits after every token of a batch × position matrix of ids, with gradients:
    /// (batch · position) × vocabulary.
    pub(crate) fn teach(&self, ids: &Tensor) -> Tensors<Tensor> {
        let (batch, tokens) = ids.dims2()?;
        let pass = ForwardPass::new(&self.rope, batch, tokens, 0, Ops::Differentiable)?;
        let mut x = self.embed(&ids.flatten_all()?)?;
        for block in &self.blocks {
            x = block.forward(&x, &pass, None)?;
        }
        self.logits(&x, Ops::Differentiable)
    }

    /// Every parameter, for an optimiser.
    pub(crate) fn tensors_mut(&mut self) -> impl Iterator<Item = &mut Tensor> {
        let ends = [&mut self.embedding.weight, &mut self.norm.weight];
        let head = self.head.as_mut().map(|head| &mut head.weight);
        ends.into_iter()
            .chain(head)
            .chain(self.blocks.iter_mut().flat_map(Block::tensors_mut))
    }

    /// Every parameter under its checkpoint name.
    pub(crate) fn named(&self) -> Tensors<Vec<(String, Tensor)>> {
        let norms = self
            .blocks
            .iter()
            .flat_map(Block::norms)
            .chain([&self.norm]);
        let norms = norms.map(|norm| (norm.name.clone(), norm.weight.clone()));
        let ends = [&self.embedding].into_iter().chain(&self.head);
        let linears = ends.chain(self.blocks.iter().flat_map(Block::linears));
        let mut named = linears
            .map(Linear::named)
            .collect::<Tensors<Vec<_>>>()?
            .concat();
        named.extend(norms);
        Ok(named)
    }

    /// Refuses tokens that the model has no embedding for.
    pub(crate) fn check_tokens(&self, tokens: &[u32]) -> Result<(), ModelError> {
        let vocabulary = self.vocabulary;
        let unknown = |&&token: &&u32| token as usize >= vocabulary;
        match tokens.iter().find(unknown) {
            Some(&token) => Err(ModelError::Token { token, vocabulary }),
            None => Ok(()),
        }
    }

    fn embed(&self, ids: &Tensor) -> Tensors<Tensor> {
        self.embedding.weight.index_select(ids, 0)
    }

    fn logits(&self, x: &Tensor, ops: Ops) -> Tensors<Tensor> {
        let normed = self.norm.forward(x, ops)?;
        self.head
            .as_ref()
            .unwrap_or(&self.embedding)
            .forward(&normed)
    }
}

#[cfg(test)]
mod tests;
