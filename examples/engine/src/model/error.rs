//! Errors of loading and running a model.

use std::{io, path::PathBuf};

/// An error of loading, starting or advancing a model.
///
/// Every message is one line that names the file or value, the limit and the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// A file of the checkpoint could not be read.
    #[error(
        "{}: {source}; a checkpoint directory holds config.json, tokenizer.json and \
         model.safetensors or model.safetensors.index.json", file.display()
    )]
    Read {
        /// The file.
        file: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// A JSON file is invalid.
    #[error("{}: not valid: {source}; download the file again", file.display())]
    Json {
        /// The file that was parsed.
        file: PathBuf,
        /// Error of the parser.
        source: serde_json::Error,
    },
    /// A field of `config.json` is not supported.
    #[error("{}: {field} is {value}, but {expected}; choose another checkpoint", file.display())]
    Config {
        /// The configuration file.
        file: PathBuf,
        /// The field's JSON name.
        field: &'static str,
        /// The value found.
        value: String,
        /// Accepted values.
        expected: String,
    },
    /// A safetensors file is damaged.
    #[error(
        "{}: not a valid safetensors file: {source}; download the file again", file.display()
    )]
    Safetensors {
        /// The weights file.
        file: PathBuf,
        /// Error of the format.
        source: safetensors::SafeTensorError,
    },
    /// `model.safetensors.index.json` names a file outside its own directory.
    #[error(
        "{}: the weight map names {name:?}, but only files beside the index are read; \
         correct the weight map", file.display()
    )]
    ShardName {
        /// The index file.
        file: PathBuf,
        /// The refused name.
        name: String,
    },
    /// The weights lack a tensor that the configuration needs.
    #[error(
        "{}: tensor {name} is missing, but config.json needs it; \
         the two files must come from one checkpoint", file.display()
    )]
    MissingTensor {
        /// The weights file or, for several, their directory.
        file: PathBuf,
        /// The tensor's name.
        name: String,
    },
    /// A tensor's shape disagrees with the configuration.
    #[error(
        "{}: tensor {name} has shape {found:?}, but config.json needs {expected:?}; \
         the two files must come from one checkpoint", file.display()
    )]
    Shape {
        /// The weights file or, for several, their directory.
        file: PathBuf,
        /// The tensor's name.
        name: String,
        /// The shape in the file.
        found: Vec<usize>,
        /// The shape that follows from `config.json`.
        expected: Vec<usize>,
    },
    /// A tensor's element type is not one this engine reads.
    #[error(
        "{}: tensor {name} has type {found}, but only F32, F16 and BF16 are read; \
         convert the checkpoint", file.display()
    )]
    ElementType {
        /// The weights file.
        file: PathBuf,
        /// The tensor's name.
        name: String,
        /// The type in the file.
        found: String,
    },
    /// `tokenizer.json` is damaged, or cannot encode a text.
    #[error("{}: {message}", file.display())]
    Tokenizer {
        /// The tokenizer file.
        file: PathBuf,
        /// Error of the tokenizer.
        message: String,
    },
    /// The chat template is damaged or refuses these messages.
    #[error(
        "{}: chat template: {source}; send other messages or correct the template", file.display()
    )]
    Template {
        /// The file that the template came from.
        file: PathBuf,
        /// Error of the template engine.
        source: minijinja::Error,
    },
    /// The chat template leaves a message out, so the model would not read it.
    #[error(
        "{}: the chat template leaves out messages of the role {role}; send none, or correct the \
         template", file.display()
    )]
    LeftOut {
        /// The file that the template came from.
        file: PathBuf,
        /// The role of the first such message.
        role: String,
    },
    /// The prompt has no tokens.
    #[error("the prompt is empty; send at least one token")]
    EmptyPrompt,
    /// The sequence exceeds the context.
    #[error("{requested} tokens requested, but the model's context is {context}; request fewer")]
    Context {
        /// Prompt and generation together, in tokens.
        requested: usize,
        /// Longest sequence, in tokens.
        context: usize,
    },
    /// The sequence is full.
    #[error(
        "{requested} tokens do not fit the {capacity} that the sequence was started with; \
         start it with more"
    )]
    Full {
        /// Tokens held and to be added.
        requested: usize,
        /// Tokens for which [`Model::start`](super::Model::start) preallocated memory.
        capacity: usize,
    },
    /// A token that the model has no embedding for.
    #[error(
        "token {token} is unknown, the vocabulary ends at {vocabulary}; use this model's own encode"
    )]
    Token {
        /// The token id.
        token: u32,
        /// Size of the vocabulary.
        vocabulary: usize,
    },
    /// `prefill` and `decode` were called in the wrong order.
    #[error("{called} was called {when}; call prefill once, then decode for each token")]
    Order {
        /// The method that was called.
        called: &'static str,
        /// State of the sequence at that call.
        when: &'static str,
    },
    /// A sampling parameter is out of range.
    #[error("{parameter} is {value}, but {expected}; choose a value in range")]
    Sampling {
        /// The parameter's name.
        parameter: &'static str,
        /// The value given.
        value: f32,
        /// The accepted range.
        expected: &'static str,
    },
    /// The tensor library refused an operation.
    #[error("tensor operation failed: {0}")]
    Tensor(#[from] candle_core::Error),
}
