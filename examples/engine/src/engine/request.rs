//! Requests to the engine.

use crate::model::{Model, ModelError, Sampler};

/// A prompt and the parameters of its generation.
#[derive(Clone, Debug)]
pub struct Request {
    /// Tokens of the prompt.
    pub prompt: Vec<u32>,
    /// Maximum number of generated tokens.
    pub max_tokens: usize,
    /// Minimum number of generated tokens: before it, neither an end token nor a stop string ends
    /// it.
    pub min_tokens: usize,
    /// True to continue past the model's end token.
    pub ignore_eos: bool,
    /// Sampling parameters.
    pub sampler: Sampler,
    /// Strings that end the generation and are not part of it.
    pub stop: Vec<String>,
}

impl Request {
    /// A greedy request of at most `max_tokens` generated tokens.
    ///
    /// # Errors
    /// When the tokenizer refuses the text.
    pub fn new(model: &Model, prompt: &str, max_tokens: usize) -> Result<Self, ModelError> {
        Ok(Self {
            prompt: model.encode(prompt)?,
            max_tokens,
            min_tokens: 0,
            ignore_eos: false,
            sampler: Sampler::greedy(),
            stop: Vec::new(),
        })
    }

    /// Number of prompt tokens.
    #[must_use]
    pub const fn prompt_len(&self) -> usize {
        self.prompt.len()
    }
}
