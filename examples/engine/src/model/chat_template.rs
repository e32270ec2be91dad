//! The chat template of a checkpoint, which turns messages into a prompt.

use std::path::PathBuf;

use minijinja::{Environment, Error, ErrorKind, context, syntax::SyntaxConfig};
use serde::Deserialize;

use super::{ModelError, files::Files};

/// A Jinja template, as instruction-tuned checkpoints carry it.
#[derive(Debug)]
pub(crate) struct ChatTemplate {
    environment: Environment<'static>,
    file: PathBuf,
    pub(crate) begin: String,
    end: String,
}

impl ChatTemplate {
    pub(crate) fn open(files: Files<'_>) -> Result<Self, ModelError> {
        let settings: Settings = files.json_optional(SETTINGS)?.unwrap_or_default();
        let (file, template) = match files.read_optional(BESIDE)? {
            Some(bytes) => (BESIDE, Some(String::from_utf8_lossy(&bytes).into_owned())),
            None => (SETTINGS, settings.chat_template.and_then(Templates::choose)),
        };
        let file = files.path(file);
        let text = |token: Option<Token>| token.map(Token::text).unwrap_or_default();
        match environment(template.unwrap_or_else(|| PLAIN.to_owned())) {
            Err(source) => Err(ModelError::Template { file, source }),
            Ok(environment) => Ok(Self {
                environment,
                file,
                begin: text(settings.bos_token),
                end: text(settings.eos_token),
            }),
        }
    }

    /// Renders (role, text) pairs, ending where the generation begins.
    pub(crate) fn render(&self, messages: &[(&str, &str)]) -> Result<String, ModelError> {
        let file = || self.file.clone();
        let failed = |source| ModelError::Template {
            file: file(),
            source,
        };
        let prompt = self.fill(messages).map_err(failed)?;
        match self.left_out(messages).map_err(failed)? {
            None => Ok(prompt),
            Some(role) => Err(ModelError::LeftOut {
                file: file(),
                role: role.to_owned(),
            }),
        }
    }

    /// The role of the first message whose text is not in the prompt.
    ///
    /// Searches for marks instead of the texts: a text may occur elsewhere in the prompt, or be
    /// trimmed by the template.
    fn left_out<'a>(&self, messages: &[(&'a str, &str)]) -> Result<Option<&'a str>, Error> {
        let marks: Vec<_> = (0..messages.len())
            .map(|n| format!("message-{n}-"))
            .collect();
        let marked: Vec<_> = messages
            .iter()
            .zip(&marks)
            .map(|((role, _), mark)| (*role, mark.as_str()))
            .collect();
        let prompt = self.fill(&marked)?;
        let lost = |&((_, text), mark): &(&(&str, &str), &String)| {
            !text.trim().is_empty() && !prompt.contains(mark.as_str())
        };
        let lost = messages.iter().zip(&marks).find(lost);
        Ok(lost.map(|((role, _), _)| *role))
    }

    fn fill(&self, messages: &[(&str, &str)]) -> Result<String, Error> {
        let message = |&(role, content): &(&str, &str)| context! { role, content };
        let values = context! {
            messages => messages.iter().map(message).collect::<Vec<_>>(),
            add_generation_prompt => true,
            bos_token => &self.begin,
            eos_token => &self.end,
        };
        let template = self.environment.get_template(NAME)?;
        template.render(values)
    }
}

/// The dialect of `transformers.apply_chat_template`, with a bound on loops.
fn environment(template: String) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?,
    );
    environment.set_fuel(Some(FUEL));
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment.add_function(
        "raise_exception",
        |message: String| -> Result<String, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, message))
        },
    );
    environment.add_template_owned(NAME, template)?;
    Ok(environment)
}

/// The fields of `tokenizer_config.json` that shape a prompt.
#[derive(Default, Deserialize)]
struct Settings {
    chat_template: Option<Templates>,
    bos_token: Option<Token>,
    eos_token: Option<Token>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Templates {
    One(String),
    Many(Vec<NamedTemplate>),
}

impl Templates {
    fn choose(self) -> Option<String> {
        match self {
            Self::One(template) => Some(template),
            Self::Many(all) => all
                .into_iter()
                .find(|named| named.name == "default")
                .map(|named| named.template),
        }
    }
}

#[derive(Deserialize)]
struct NamedTemplate {
    name: String,
    template: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Token {
    Text(String),
    Added { content: String },
}

impl Token {
    fn text(self) -> String {
        match self {
            Self::Text(text) | Self::Added { content: text } => text,
        }
    }
}

const NAME: &str = "chat";
const SETTINGS: &str = "tokenizer_config.json";
const BESIDE: &str = "chat_template.jinja";

/// The template of checkpoints that have none.
const PLAIN: &str = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant:";

/// Limit of template instructions: far above a real template with a thousand messages, and below
/// a second.
const FUEL: u64 = 1_000_000;
