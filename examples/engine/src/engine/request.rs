//! What a client asks for.

use crate::model::{Model, ModelError, Sampler};

/// A prompt and how to go on from it.
#[derive(Clone, Debug)]
pub struct Request {
    /// The prompt in the model's tokens.
    pub prompt: Vec<u32>,
    /// The longest answer.
    pub max_tokens: usize,
    /// The shortest answer: before it, no end of the model's own and no stop text ends it.
    pub min_tokens: usize,
    /// Whether the answer goes on where the model would end it.
    pub ignore_eos: bool,
    /// How tokens are chosen.
    pub sampler: Sampler,
    /// Texts that end the answer and are not part of it.
    pub stop: Vec<String>,
}

impl Request {
    /// A request for the likeliest answer to `prompt`, at most `max_tokens` long.
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

    /// Tokens of the prompt.
    #[must_use]
    pub const fn prompt_len(&self) -> usize {
        self.prompt.len()
    }
}
