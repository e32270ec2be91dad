//! Grouped-query causal self-attention.

use candle_core::{Result as Tensors, Tensor};

use super::{
    ModelError, config::Config, forward_pass::ForwardPass, kv_cache::LayerSlot, linear::Linear,
    source::WeightSource,
};

/// Attention of one layer; its query, key and value projections are one matrix.
#[derive(Debug)]
pub(crate) struct Attention {
    query_key_value: Linear,
    output: Linear,
    heads: usize,
    kv_heads: usize,
    head_width: usize,
}

impl Attention {
    /// Reads the layer `prefix` of a checkpoint.
    pub(crate) fn read(
        config: &Config,
        prefix: &str,
        source: &mut impl WeightSource,
    ) -> Result<Self, ModelError> {
        let &Config {
            width,
            heads,
            kv_heads,
            head_width,
            ..
        } = config;
        let (all, shared) = (heads * head_width, kv_heads * head_width);
        let parts = [
            (format!("{prefix}.self_attn.q_proj.weight"), all),
            (format!("{prefix}.self_attn.k_proj.weight"), shared),
            (format!("{prefix}.self_attn.v_proj.weight"), shared),
        ];
        Ok(Self {
            query_key_value: Linear::stacked(&parts, width, source)?,
            output: Linear::read(
                &format!("{prefix}.self_attn.o_proj.weight"),
                width,
                all,
                source,
            )?,
            heads,
            kv_heads,
            head_width,
        })
    }

    pub(crate) fn linears(&self) -> [&Linear; 2] {
        [&self.query_key_value, &self.output]
    }

    pub(crate) fn linears_mut(&mut self) -> [&mut Linear; 2] {
        [&mut self.query_key_value, &mut self.output]
    }

    /// `x` is (batch · tokens) × width. Without a slot the tokens attend to each other only.
    pub(crate) fn forward(
        &self,
        x: &Tensor,
        pass: &ForwardPass,
        slot: Option<LayerSlot<'_>>,
    ) -> Tensors<Tensor> {
        let (queries, keys, values) = self.project(x, pass)?;
        let (keys, values) = match slot {
            Some(slot) => slot.append(&keys, &values)?,
            None => (keys, values),
        };
        let mixed = self.mix(&queries, &keys, &values, pass)?;
        self.output.forward(&self.merge_heads(&mixed, pass)?)
    }

    /// Rotated queries (grouped by the key head they share), rotated keys, and values, each
    /// (batch · key head) × position × value.
    fn project(&self, x: &Tensor, pass: &ForwardPass) -> Tensors<(Tensor, Tensor, Tensor)> {
        let (heads, kv) = (self.heads, self.kv_heads);
        let all = self.query_key_value.forward(x)?;
        let all = all.reshape((pass.batch, pass.tokens, heads + 2 * kv, self.head_width))?;
        let turning = all.narrow(2, 0, heads + kv)?.contiguous()?;
        let turned = pass.ops.rope(&turning, &pass.cos, &pass.sin)?;
        let grouped = |x: &Tensor, first: usize, count: usize| {
            let rows = pass.tokens * count / kv;
            x.narrow(2, first, count)?
                .transpose(1, 2)?
                .contiguous()?
                .reshape((pass.batch * kv, rows, self.head_width))
        };
        Ok((
            grouped(&turned, 0, heads)?,
            grouped(&turned, heads, kv)?,
            grouped(&all, heads + kv, kv)?,
        ))
    }

    fn mix(
        &self,
        queries: &Tensor,
        keys: &Tensor,
        values: &Tensor,
        pass: &ForwardPass,
    ) -> Tensors<Tensor> {
        #[expect(clippy::cast_precision_loss, reason = "a head is at most 1,024 wide")]
        let scale = (self.head_width as f64).sqrt().recip();
        let scores = (queries * scale)?.matmul(&keys.t()?)?;
        let scores = match &pass.mask {
            Some(mask) => self.hide_the_future(&scores, mask, pass)?,
            None => scores,
        };
        pass.ops.softmax(&scores)?.matmul(values)
    }

    fn hide_the_future(
        &self,
        scores: &Tensor,
        mask: &Tensor,
        pass: &ForwardPass,
    ) -> Tensors<Tensor> {
        let by_head = (pass.batch * self.heads, pass.tokens, scores.dim(2)?);
        scores
            .reshape(by_head)?
            .broadcast_add(mask)?
            .reshape(scores.shape())
    }

    fn merge_heads(&self, mixed: &Tensor, pass: &ForwardPass) -> Tensors<Tensor> {
        mixed
            .reshape((pass.batch, self.heads, pass.tokens, self.head_width))?
            .transpose(1, 2)?
            .reshape((pass.batch * pass.tokens, self.heads * self.head_width))
    }
}
