//! From a JSON object to a request for the engine.

use serde::Deserialize;

use super::error::ApiError;
use super::fields::Fields;
use super::shape::Endpoint;
use crate::engine::Request;
use crate::model::{Model, Sampler};

/// What a client asked for, checked.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) endpoint: Endpoint,
    pub(super) request: Request,
    pub(super) stream: bool,
    pub(super) include_usage: bool,
}

/// OpenAI's own default of the completions endpoint.
const COMPLETION_TOKENS: usize = 16;

/// OpenAI's own limit.
const MAX_STOPS: usize = 4;

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a text, or a list of one text, or a list of tokens"
)]
enum Prompt {
    Text(String),
    Texts([String; 1]),
    Tokens(Vec<u32>),
}

#[derive(Deserialize)]
struct Message {
    role: String,
    content: Content,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected content that is a text or a list of text parts"
)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    text: String,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
enum Stop {
    One(String),
    Many(Vec<String>),
}

#[derive(Default, Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: bool,
}

impl Ask {
    pub(super) fn completion(mut fields: Fields, model: &Model) -> Result<Self, ApiError> {
        check_model(&mut fields, model)?;
        let prompt = match fields.require("prompt")? {
            Prompt::Text(text) | Prompt::Texts([text]) => model.encode(&text)?,
            Prompt::Tokens(tokens) => tokens,
        };
        Self::rest(fields, Endpoint::Completions, prompt, |_| COMPLETION_TOKENS)
    }

    /// Without a limit an answer may fill the context.
    pub(super) fn chat(mut fields: Fields, model: &Model) -> Result<Self, ApiError> {
        check_model(&mut fields, model)?;
        let messages: Vec<Message> = fields.require("messages")?;
        let texts = messages
            .iter()
            .map(Message::text)
            .collect::<Result<Vec<_>, _>>()?;
        let turns: Vec<_> = texts
            .iter()
            .map(|(role, text)| (*role, text.as_str()))
            .collect();
        let prompt = model.encode(&model.chat_prompt(&turns)?)?;
        let room = |prompt: usize| model.context().saturating_sub(prompt).max(1);
        Self::rest(fields, Endpoint::Chat, prompt, room)
    }

    fn rest(
        mut fields: Fields,
        endpoint: Endpoint,
        prompt: Vec<u32>,
        default_tokens: impl Fn(usize) -> usize,
    ) -> Result<Self, ApiError> {
        let max_tokens = match fields.take("max_completion_tokens")? {
            Some(tokens) => Some(tokens),
            None => fields.take("max_tokens")?,
        };
        check_choices(&mut fields)?;
        let (stream, include_usage) = streaming(&mut fields)?;
        let request = Request {
            max_tokens: max_tokens.unwrap_or_else(|| default_tokens(prompt.len())),
            prompt,
            sampler: sampler(&mut fields)?,
            stop: stops(&mut fields)?,
        };
        fields.finish()?;
        Ok(Self {
            endpoint,
            request,
            stream,
            include_usage,
        })
    }
}

impl Message {
    fn text(&self) -> Result<(&str, String), ApiError> {
        if !matches!(
            self.role.as_str(),
            "system" | "developer" | "user" | "assistant"
        ) {
            let message = format!(
                "the role {:?} is not one of system, developer, user and assistant",
                self.role
            );
            return Err(ApiError::invalid("messages", message));
        }
        let text = match &self.content {
            Content::Text(text) => text.clone(),
            Content::Parts(parts) => parts.iter().map(|part| part.text.as_str()).collect(),
        };
        Ok((&self.role, text))
    }
}

fn check_model(fields: &mut Fields, model: &Model) -> Result<(), ApiError> {
    let asked: String = fields.require("model")?;
    if asked == model.name() {
        Ok(())
    } else {
        Err(ApiError::no_such_model(&asked, model.name()))
    }
}

fn check_choices(fields: &mut Fields) -> Result<(), ApiError> {
    match fields.take::<u64>("n")? {
        None | Some(1) => Ok(()),
        Some(n) => {
            let message =
                format!("n is {n}, but this engine gives one answer a request: send n = 1");
            Err(ApiError::invalid("n", message))
        }
    }
}

fn streaming(fields: &mut Fields) -> Result<(bool, bool), ApiError> {
    let stream = fields.take("stream")?.unwrap_or(false);
    match fields.take::<StreamOptions>("stream_options")? {
        Some(_) if !stream => {
            let message = "stream_options is for stream = true only";
            Err(ApiError::invalid("stream_options", message))
        }
        options => Ok((stream, options.unwrap_or_default().include_usage)),
    }
}

/// OpenAI's defaults; without a seed every answer is another.
fn sampler(fields: &mut Fields) -> Result<Sampler, ApiError> {
    let temperature = fields.take("temperature")?.unwrap_or(1.0);
    let top_p = fields.take("top_p")?.unwrap_or(1.0);
    let seed = fields.take::<i64>("seed")?.map(i64::cast_unsigned);
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    Ok(Sampler::new(temperature, top_p, seed)?)
}

fn stops(fields: &mut Fields) -> Result<Vec<String>, ApiError> {
    let stops = match fields.take("stop")? {
        None => Vec::new(),
        Some(Stop::One(stop)) => vec![stop],
        Some(Stop::Many(stops)) => stops,
    };
    if stops.len() > MAX_STOPS {
        let message = format!(
            "{} stop texts, but at most {MAX_STOPS} are taken",
            stops.len()
        );
        return Err(ApiError::invalid("stop", message));
    }
    Ok(stops)
}
