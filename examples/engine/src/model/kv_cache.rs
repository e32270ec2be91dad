//! The keys and values of earlier tokens, in memory that is allocated once.
//!
//! Growing by concatenation copies everything at every token and doubles the cost of a token at a
//! thousand tokens; a slice write costs the same at every length.

use candle_core::{DType, Device, Result, Tensor};

use super::config::Config;

/// Keys and values of one sequence, for all layers.
#[derive(Debug)]
pub(crate) struct KvCache {
    layers: Vec<LayerCache>,
    len: usize,
    capacity: usize,
}

impl KvCache {
    pub(crate) fn new(config: &Config, capacity: usize) -> Result<Self> {
        let layer = |_| LayerCache::new(config, capacity);
        let layers = (0..config.layers).map(layer).collect::<Result<_>>()?;
        Ok(Self {
            layers,
            len: 0,
            capacity,
        })
    }

    /// Adds `tokens` to the length, after every layer stored them.
    pub(crate) const fn advance(&mut self, tokens: usize) {
        self.len += tokens;
    }

    pub(crate) fn layer(&mut self, index: usize) -> LayerSlot<'_> {
        LayerSlot {
            layer: &mut self.layers[index],
            len: self.len,
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(crate) const fn capacity(&self) -> usize {
        self.capacity
    }
}

#[derive(Debug)]
struct LayerCache {
    keys: Tensor,
    values: Tensor,
}

impl LayerCache {
    fn new(config: &Config, capacity: usize) -> Result<Self> {
        let shape = (config.kv_heads, capacity, config.head_width);
        let zeros = || Tensor::zeros(shape, DType::F32, &Device::Cpu);
        Ok(Self {
            keys: zeros()?,
            values: zeros()?,
        })
    }
}

/// One layer's cache and its length.
pub(crate) struct LayerSlot<'a> {
    layer: &'a mut LayerCache,
    len: usize,
}

impl LayerSlot<'_> {
    /// Stores new keys and values (head × position × value) and returns all of them.
    pub(crate) fn append(self, keys: &Tensor, values: &Tensor) -> Result<(Tensor, Tensor)> {
        Ok((
            self.store(&self.layer.keys, keys)?,
            self.store(&self.layer.values, values)?,
        ))
    }

    fn store(&self, all: &Tensor, new: &Tensor) -> Result<Tensor> {
        all.slice_set(&new.contiguous()?, 1, self.len)?;
        all.narrow(1, 0, self.len + new.dim(1)?)
    }
}
