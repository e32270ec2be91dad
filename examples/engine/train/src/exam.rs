//! Questions to a model, and the score of its replies.

use std::sync::Arc;

use wf_engine::model::{Model, ModelError, Sampler};

use crate::corpus::Exchange;

/// The most probable reply to (role, text) messages, of at most `limit` tokens.
///
/// # Errors
/// When the prompt and `limit` exceed the model's context, or a tensor operation fails.
pub fn reply(
    model: &Arc<Model>,
    messages: &[(&str, &str)],
    limit: usize,
) -> Result<String, ModelError> {
    let prompt = model.encode(&model.chat_prompt(messages)?)?;
    let mut sequence = model.start(&prompt, prompt.len() + limit)?;
    let (mut sampler, mut decoder) = (Sampler::greedy(), model.decoder());
    let mut text = String::new();
    let mut token = sampler.sample(&sequence.prefill()?);
    while !model.is_end(token) && sequence.len() < sequence.capacity() {
        text.extend(decoder.push(token));
        token = sampler.sample(&sequence.decode(token)?);
    }
    text.extend(decoder.finish());
    Ok(text)
}

/// The exchanges that `model` answers differently, each with its reply.
///
/// # Errors
/// As [`reply`].
pub fn mistakes(
    model: &Arc<Model>,
    exchanges: &[Exchange],
) -> Result<Vec<(Exchange, String)>, ModelError> {
    let mut mistakes = Vec::new();
    for exchange in exchanges {
        let given = reply(model, &[("user", &exchange.question)], LONGEST_ANSWER)?;
        if given != exchange.answer {
            mistakes.push((exchange.clone(), given));
        }
    }
    Ok(mistakes)
}

/// Limit in tokens; the longest expected reply has 123.
const LONGEST_ANSWER: usize = 150;
