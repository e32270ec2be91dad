//! A sequence: a prompt, then one token at a time.

use std::{fmt, sync::Arc};

use super::{Logits, ModelError, kv_cache::KvCache, llama::Llama};

/// A sequence's position and its preallocated keys and values.
///
/// It is `Send`, so any worker may advance it next. Dropping it frees its memory.
pub struct Sequence {
    llama: Arc<Llama>,
    prompt: Vec<u32>,
    cache: KvCache,
}

impl Sequence {
    pub(super) fn new(llama: Arc<Llama>, prompt: &[u32], cache: KvCache) -> Self {
        Self {
            llama,
            prompt: prompt.to_vec(),
            cache,
        }
    }

    /// Runs the prompt and returns the logits of the first generated token.
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
        self.llama.check_tokens(&[token])?;
        self.advance(&[token])
    }

    /// Tokens that have been run, prompt and generation together.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cache.len()
    }

    /// True before the prefill.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Tokens that fit, prompt and generation together.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.cache.capacity()
    }

    fn advance(&mut self, tokens: &[u32]) -> Result<Logits, ModelError> {
        let (requested, capacity) = (self.len() + tokens.len(), self.capacity());
        if requested > capacity {
            return Err(ModelError::Full {
                requested,
                capacity,
            });
        }
        Ok(Logits(self.llama.next(tokens, &mut self.cache)?))
    }
}

impl fmt::Debug for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sequence")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;

    fn tiny() -> Arc<Model> {
        Arc::new(Model::tiny().unwrap())
    }

    #[test]
    fn a_sequence_holds_its_capacity_and_not_a_token_more() {
        let model = tiny();
        let mut sequence = model.start(&[65, 66], 4).unwrap();
        sequence.prefill().unwrap();
        sequence.decode(67).unwrap();
        sequence.decode(68).unwrap();
        let refused = sequence.decode(69).unwrap_err();
        assert!(
            matches!(
                refused,
                ModelError::Full {
                    requested: 5,
                    capacity: 4
                }
            ),
            "{refused}"
        );
        assert_eq!(sequence.len(), 4);
    }

    #[test]
    fn a_refused_token_leaves_the_sequence_as_it_was() {
        let model = tiny();
        let mut disturbed = model.start(&[65, 66], 4).unwrap();
        let mut calm = model.start(&[65, 66], 4).unwrap();
        assert_eq!(disturbed.prefill().unwrap(), calm.prefill().unwrap());
        assert!(matches!(
            disturbed.decode(128),
            Err(ModelError::Token { token: 128, .. })
        ));
        assert!(matches!(disturbed.prefill(), Err(ModelError::Order { .. })));
        assert_eq!(disturbed.decode(67).unwrap(), calm.decode(67).unwrap());
    }

    #[test]
    fn decode_before_prefill_is_refused() {
        let mut sequence = tiny().start(&[65], 4).unwrap();
        assert!(matches!(
            sequence.decode(66),
            Err(ModelError::Order {
                called: "decode",
                ..
            })
        ));
    }

    #[test]
    fn impossible_sequences_are_refused_at_the_start() {
        let model = tiny();
        assert!(matches!(model.start(&[], 4), Err(ModelError::EmptyPrompt)));
        let refused = model.start(&[65], 257).unwrap_err();
        assert!(matches!(
            refused,
            ModelError::Context {
                requested: 257,
                context: 256
            }
        ));
        let refused = model.start(&[65; 5], 4).unwrap_err();
        assert!(matches!(
            refused,
            ModelError::Full {
                requested: 5,
                capacity: 4
            }
        ));
        assert!(matches!(
            model.start(&[200], 4),
            Err(ModelError::Token { token: 200, .. })
        ));
        assert!(model.start(&[65; 256], 256).is_ok());
    }

    #[test]
    fn sequences_of_one_model_do_not_see_each_other() {
        let model = tiny();
        let mut alone = model.start(&[65, 66], 8).unwrap();
        let expected = (alone.prefill().unwrap(), alone.decode(67).unwrap());
        let mut first = model.start(&[65, 66], 8).unwrap();
        let mut second = model.start(&[70], 8).unwrap();
        let prefilled = first.prefill().unwrap();
        second.prefill().unwrap();
        second.decode(71).unwrap();
        assert_eq!((prefilled, first.decode(67).unwrap()), expected);
    }

    #[test]
    fn models_are_shared_and_sequences_move_between_threads() {
        fn shared<T: Send + Sync>() {}
        fn moved<T: Send>() {}
        shared::<Model>();
        moved::<Sequence>();
    }
}
