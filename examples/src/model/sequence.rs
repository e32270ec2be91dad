//! One conversation with the model: a prompt, then a token at a time.

use std::{fmt, sync::Arc};

use super::{Logits, Model, ModelError, cache::Cache};

/// A sequence's position and its preallocated keys and values.
///
/// It is `Send`, so any worker may advance it next. Dropping it frees its memory.
pub struct Sequence {
    model: Arc<Model>,
    prompt: Vec<u32>,
    cache: Cache,
}

impl Sequence {
    pub(super) fn new(model: Arc<Model>, prompt: &[u32], cache: Cache) -> Self {
        Self {
            model,
            prompt: prompt.to_vec(),
            cache,
        }
    }

    /// Runs the prompt and returns the logits of the first token of the answer.
    ///
    /// Blocks for all of it: quadratic in the prompt in attention, linear elsewhere.
    ///
    /// # Errors
    /// [`ModelError::Order`] when it already ran.
    pub fn prefill(&mut self) -> Result<Logits, ModelError> {
        if !self.is_empty() {
            return Err(ModelError::Order {
                called: "prefill",
                when: "after prefill",
            });
        }
        let prompt = std::mem::take(&mut self.prompt);
        self.advance(&prompt)
    }

    /// Appends one token and returns the logits of the one after it.
    ///
    /// Blocks for one pass over the weights.
    ///
    /// # Errors
    /// [`ModelError::Order`] before [`prefill`](Self::prefill), [`ModelError::Full`] when the
    /// capacity is used up, [`ModelError::Token`] for a token outside the vocabulary. The sequence
    /// is unchanged by a refusal.
    pub fn decode(&mut self, token: u32) -> Result<Logits, ModelError> {
        if self.is_empty() {
            return Err(ModelError::Order {
                called: "decode",
                when: "before prefill",
            });
        }
        self.model.check_tokens(&[token])?;
        self.advance(&[token])
    }

    /// Tokens that have been run, prompt and answer together.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cache.len()
    }

    /// Whether the prompt is still to be run.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Tokens that fit, prompt and answer together.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.cache.capacity()
    }

    fn advance(&mut self, tokens: &[u32]) -> Result<Logits, ModelError> {
        let (asked, capacity) = (self.len() + tokens.len(), self.capacity());
        if asked > capacity {
            return Err(ModelError::Full { asked, capacity });
        }
        Ok(Logits(self.model.llama.next(tokens, &mut self.cache)?))
    }
}

impl fmt::Debug for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sequence")
            .field("model", &self.model.name())
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .finish_non_exhaustive()
    }
}
