//! Prompts of the load.

use std::sync::Arc;

use fastrand::Rng;

use crate::engine::Request;
use crate::model::{Model, ModelError};

/// Requests to choose from, tokenized once.
#[derive(Clone, Debug)]
pub struct Prompts(Arc<[Request]>);

/// An endless random choice of requests.
#[derive(Debug)]
pub(super) struct Shuffled {
    requests: Arc<[Request]>,
    rng: Rng,
}

/// Questions that the shipped model answers correctly.
pub const QUESTIONS: [&str; 12] = [
    "What is the capital of France?",
    "What is the capital of Italy?",
    "What is the capital of Spain?",
    "What is the capital of Japan?",
    "What is the capital of Egypt?",
    "What is the capital of Norway?",
    "What is the capital of Greece?",
    "What is the capital of Peru?",
    "What is 2 plus 3?",
    "What is 7 plus 5?",
    "What color is the sky?",
    "What does a cat say?",
];

/// Maximum tokens per question. The shipped model ends well before; another may be cut off.
const MAX_TOKENS: usize = 80;

impl Prompts {
    /// Short questions; the model ends the generation.
    ///
    /// # Errors
    /// When the model's tokenizer or chat template refuses them, or its context is too short.
    pub fn questions(model: &Model) -> Result<Self, ModelError> {
        let request = |question: &&str| {
            let prompt = model.chat_prompt(&[("user", question)])?;
            Request::new(model, &prompt, MAX_TOKENS)
        };
        QUESTIONS
            .iter()
            .map(request)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Prompts of `tokens_in` tokens, with up to `tokens_out` generated tokens.
    ///
    /// # Errors
    /// When the model's tokenizer refuses the text.
    pub fn text(model: &Model, tokens_in: usize, tokens_out: usize) -> Result<Self, ModelError> {
        let text = QUESTIONS.join(" ").repeat(tokens_in / 8 + 1);
        let tokens = Request::new(model, &text, tokens_out)?;
        let from = |start: usize| Request {
            prompt: tokens.prompt[start..start + tokens_in].to_vec(),
            ..tokens.clone()
        };
        Ok(Self((0..QUESTIONS.len()).map(from).collect()))
    }

    pub(super) fn shuffled(self, seed: u64) -> Shuffled {
        Shuffled {
            requests: self.0,
            // Differs from the seed of the arrivals.
            rng: Rng::with_seed(!seed),
        }
    }
}

impl Shuffled {
    pub(super) fn next_request(&mut self) -> Request {
        self.requests[self.rng.usize(..self.requests.len())].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(seed: u64) -> Vec<Vec<u32>> {
        let model = Model::tiny().expect("the shipped model loads");
        let prompts = Prompts::text(&model, 64, 64).expect("the text is encodable");
        let mut shuffled = prompts.shuffled(seed);
        (0..20).map(|_| shuffled.next_request().prompt).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_prompts() {
        assert_eq!(chosen(1), chosen(1));
        assert_ne!(chosen(1), chosen(2));
    }

    #[test]
    fn prompts_have_the_requested_length() {
        assert!(chosen(1).iter().all(|prompt| prompt.len() == 64));
    }
}
