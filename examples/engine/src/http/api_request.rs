//! Requests of the OpenAI API, from JSON to a request of the engine.

use serde_json::Value;

use super::error::ApiError;
use super::fields::Fields;
use super::response::Endpoint;
use super::{messages, prompt};
use crate::engine::Request;
use crate::model::{Model, Sampler};

/// A validated request.
#[derive(Debug)]
pub(super) struct ApiRequest {
    pub(super) endpoint: Endpoint,
    pub(super) request: Request,
    /// `None` for a response in one piece.
    pub(super) stream: Option<Usage>,
}

/// The chunks of a stream that carry token usage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Usage {
    /// A final chunk of its own.
    pub(super) at_the_end: bool,
    /// Every chunk, with the usage so far.
    pub(super) continuous: bool,
}

/// OpenAI's default for completions.
const COMPLETION_TOKENS: usize = 16;

/// OpenAI's limit.
const MAX_STOPS: usize = 4;

impl ApiRequest {
    pub(super) fn completion(mut fields: Fields, model: &Model) -> Result<Self, ApiError> {
        check_model(&mut fields, model)?;
        let prompt = prompt::read(&fields.require("prompt")?, model)?;
        Self::rest(fields, Endpoint::Completions, prompt, |_| COMPLETION_TOKENS)
    }

    /// Without `max_tokens` a generation may fill the context.
    pub(super) fn chat(mut fields: Fields, model: &Model) -> Result<Self, ApiError> {
        check_model(&mut fields, model)?;
        let messages = messages::read(&fields.require("messages")?)?;
        let turns: Vec<_> = messages
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
        let max_tokens = max_tokens(&mut fields)?;
        check_choices(&mut fields)?;
        let stream = streaming(&mut fields)?;
        let request = Request {
            max_tokens: max_tokens.unwrap_or_else(|| default_tokens(prompt.len())),
            min_tokens: fields.count("min_tokens", 0)?.unwrap_or(0),
            ignore_eos: fields.flag("ignore_eos")?.unwrap_or(false),
            prompt,
            sampler: sampler(&mut fields)?,
            stop: stops(&mut fields)?,
        };
        fields.finish()?;
        Ok(Self {
            endpoint,
            request,
            stream,
        })
    }
}

fn check_model(fields: &mut Fields, model: &Model) -> Result<(), ApiError> {
    match fields.require("model")? {
        Value::String(asked) if asked == model.name() => Ok(()),
        Value::String(asked) => Err(ApiError::no_such_model(&asked, model.name())),
        other => Err(ApiError::unexpected("model", "model", "a string", &other)),
    }
}

/// Reads the limit under either of its names; some clients send both.
fn max_tokens(fields: &mut Fields) -> Result<Option<usize>, ApiError> {
    let (new, old) = ("max_completion_tokens", "max_tokens");
    match (fields.count(new, 1)?, fields.count(old, 1)?) {
        (Some(tokens), Some(other)) if tokens != other => {
            let message = format!("{new} is {tokens}, but {old} is {other}: send one of them");
            Err(ApiError::invalid(old, message))
        }
        (new, old) => Ok(new.or(old)),
    }
}

fn check_choices(fields: &mut Fields) -> Result<(), ApiError> {
    match fields.count("n", 1)? {
        None | Some(1) => Ok(()),
        Some(n) => {
            let message =
                format!("n is {n}, but this engine generates one choice per request: send n = 1");
            Err(ApiError::invalid("n", message))
        }
    }
}

fn streaming(fields: &mut Fields) -> Result<Option<Usage>, ApiError> {
    let stream = fields.flag("stream")?.unwrap_or(false);
    let name = "stream_options";
    match fields.take(name) {
        None => Ok(stream.then(Usage::default)),
        Some(_) if !stream => {
            let message = "stream_options needs stream = true";
            Err(ApiError::invalid(name, message))
        }
        Some(Value::Object(options)) => Usage::read(name, options.iter()).map(Some),
        Some(other) => Err(ApiError::unexpected(name, name, "an object", &other)),
    }
}

impl Usage {
    fn read<'a>(
        name: &'static str,
        options: impl Iterator<Item = (&'a String, &'a Value)>,
    ) -> Result<Self, ApiError> {
        let mut usage = Self::default();
        for (option, value) in options.filter(|(_, value)| !value.is_null()) {
            let at = format!("{name}.{option}");
            let wanted = || {
                let wanted = value.as_bool();
                wanted.ok_or_else(|| ApiError::unexpected(name, &at, "true or false", value))
            };
            match option.as_str() {
                "include_usage" => usage.at_the_end = wanted()?,
                "continuous_usage_stats" => usage.continuous = wanted()?,
                "include_obfuscation" if !wanted()? => {}
                _ => return Err(ApiError::unsupported(name, &at)),
            }
        }
        // As in vLLM, it needs `include_usage`.
        usage.continuous &= usage.at_the_end;
        Ok(usage)
    }
}

/// OpenAI's defaults; without a seed, each request gets a random one.
fn sampler(fields: &mut Fields) -> Result<Sampler, ApiError> {
    let temperature = fields.number("temperature")?.unwrap_or(1.0);
    let top_p = fields.number("top_p")?.unwrap_or(1.0);
    let seed = fields.seed()?.unwrap_or_else(|| fastrand::u64(..));
    Ok(Sampler::new(temperature, top_p, seed)?)
}

fn stops(fields: &mut Fields) -> Result<Vec<String>, ApiError> {
    let Some(given) = fields.take("stop") else {
        return Ok(Vec::new());
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let stops = match &given {
        Value::Array(stops) => stops.iter().map(text).collect(),
        one => text(one).map(|stop| vec![stop]),
    };
    match stops {
        Some(stops) if stops.len() <= MAX_STOPS => Ok(stops),
        _ => {
            let expected = format!("a string or a list of at most {MAX_STOPS} strings");
            Err(ApiError::unexpected("stop", "stop", &expected, &given))
        }
    }
}
