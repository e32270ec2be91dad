//! A Llama on the CPU: checkpoint, tokenizer, sequences with preallocated memory, sampling.
//!
//! ```
//! use std::sync::Arc;
//! use wf_engine::model::{Model, Sampler};
//!
//! let model = Arc::new(Model::tiny()?);
//! let prompt = model.encode(&model.chat_prompt(&[("user", "What is the capital of France?")])?)?;
//! let mut sequence = model.start(&prompt, prompt.len() + 40)?;
//! let (mut sampler, mut decoder) = (Sampler::greedy(), model.decoder());
//! let mut token = sampler.sample(&sequence.prefill()?);
//! let mut answer = String::new();
//! while !model.is_end(token) && sequence.len() < sequence.capacity() {
//!     answer.extend(decoder.push(token));
//!     token = sampler.sample(&sequence.decode(token)?);
//! }
//! assert_eq!(answer, "The capital of France is Paris.");
//! # Ok::<(), wf_engine::model::ModelError>(())
//! ```
//!
//! Call [`threads::single`] first thing in `main`, and [`threads::own_pool`] in every thread that
//! advances sequences; without them the model runs at a fifth of the speed.

use std::{fmt, path::Path, sync::Arc};

use chat_template::ChatTemplate;
use checkpoint::Checkpoint;
use config::Config;
use files::{Files, TINY};
use kv_cache::KvCache;
use llama::Llama;
use source::Seeded;
use tokenizer::Tokenizer;
use wf_instrument::wf_measure;

pub use error::ModelError;
pub use rng::Rng;
pub use sampler::{Logits, Sampler};
pub use sequence::Sequence;
pub use text_decoder::TextDecoder;
pub use trainable::Trainable;

mod attention;
mod block;
mod chat_template;
mod checkpoint;
mod config;
mod error;
mod files;
mod forward_pass;
mod kv_cache;
mod linear;
mod llama;
mod mlp;
mod ops;
mod rms_norm;
mod rng;
mod rope;
mod sampler;
mod sequence;
mod source;
mod text_decoder;
pub mod threads;
mod tokenizer;
mod trainable;

/// A language model: weights, tokenizer and chat template, shared by all its sequences.
///
/// It never changes once loaded; share it by [`Arc`].
pub struct Model {
    name: String,
    config: Config,
    llama: Arc<Llama>,
    tokenizer: Arc<Tokenizer>,
    chat: ChatTemplate,
}

impl Model {
    /// The shipped model: 0.8 M parameters, trained on short questions about a small world. 3.3 MB
    /// of memory, loaded in about 3 ms.
    ///
    /// # Errors
    /// Only in a damaged build.
    pub fn tiny() -> Result<Self, ModelError> {
        Self::from_files("tiny", TINY)
    }

    /// Fourteen million seeded weights: real work and meaningless text, enough to
    /// load two cores. 57 MB of memory, made in about 0.1 s. It never ends a generation by itself.
    ///
    /// # Errors
    /// Only in a damaged build.
    #[wf_measure(name = "model_load")]
    pub fn m15(seed: u64) -> Result<Self, ModelError> {
        Self::assemble("m15", Config::m15(), &mut Seeded::new(seed), TINY)
    }

    /// A Llama checkpoint in a directory with the layout of the Hugging Face hub.
    ///
    /// Weights become `f32`; while loading, both they and the files are in memory. Contexts above
    /// 32,768 tokens are cut to that.
    ///
    /// # Errors
    /// When a file is missing, damaged or of an unsupported architecture.
    pub fn load(directory: &Path) -> Result<Self, ModelError> {
        let name = directory
            .file_name()
            .unwrap_or(directory.as_os_str())
            .to_string_lossy();
        Self::from_files(&name, Files::Directory(directory))
    }

    /// A sequence that will hold `prompt` and a generation within `capacity` tokens.
    ///
    /// Takes [`kv_bytes`](Self::kv_bytes) of memory at once; runs nothing yet.
    ///
    /// # Errors
    /// [`ModelError::EmptyPrompt`], [`ModelError::Token`], [`ModelError::Context`] when `capacity`
    /// exceeds [`context`](Self::context), [`ModelError::Full`] when the prompt exceeds `capacity`.
    pub fn start(&self, prompt: &[u32], capacity: usize) -> Result<Sequence, ModelError> {
        if prompt.is_empty() {
            return Err(ModelError::EmptyPrompt);
        }
        if capacity > self.context() {
            return Err(ModelError::Context {
                requested: capacity,
                context: self.context(),
            });
        }
        if prompt.len() > capacity {
            return Err(ModelError::Full {
                requested: prompt.len(),
                capacity,
            });
        }
        self.check_tokens(prompt)?;
        Ok(Sequence::new(
            Arc::clone(&self.llama),
            prompt,
            KvCache::new(&self.config, capacity)?,
        ))
    }

    /// The tokens of `text`; some 10 µs for a question.
    ///
    /// # Errors
    /// [`ModelError::Tokenizer`] when the tokenizer refuses the text.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, ModelError> {
        self.tokenizer.encode(text)
    }

    /// The prompt for (role, text) messages, ending where the generation begins.
    ///
    /// # Errors
    /// [`ModelError::Template`] when the checkpoint's template refuses them, as some do unless user
    /// and assistant alternate; [`ModelError::LeftOut`] when it omits one of them.
    pub fn chat_prompt(&self, messages: &[(&str, &str)]) -> Result<String, ModelError> {
        self.chat.render(messages)
    }

    /// A decoder for the tokens of one generation.
    #[must_use]
    pub fn decoder(&self) -> TextDecoder {
        TextDecoder::new(Arc::clone(&self.tokenizer))
    }

    /// True if `token` ends a generation; it has no text of its own.
    #[must_use]
    pub fn is_end(&self, token: u32) -> bool {
        self.config.end.contains(&token)
    }

    /// Gives the tokens that end a generation a probability of zero.
    pub fn rule_out_ends(&self, logits: &mut Logits) {
        for &end in &self.config.end {
            if let Some(score) = logits.0.get_mut(end as usize) {
                *score = f32::NEG_INFINITY;
            }
        }
    }

    /// `tiny`, `m15`, or the name of the directory.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Longest sequence in tokens, prompt and generation together.
    #[must_use]
    pub const fn context(&self) -> usize {
        self.config.context
    }

    /// Bytes of keys and values that a sequence of `capacity` tokens preallocates.
    #[must_use]
    pub const fn kv_bytes(&self, capacity: usize) -> usize {
        let Config {
            layers,
            kv_heads,
            head_width,
            ..
        } = self.config;
        2 * size_of::<f32>() * layers * kv_heads * head_width * capacity
    }

    #[wf_measure(name = "model_load")]
    fn from_files(name: &str, files: Files<'_>) -> Result<Self, ModelError> {
        let config = Config::parse(&files.read("config.json")?, &files.path("config.json"))?;
        Self::assemble(name, config, &mut Checkpoint::open(files)?, files)
    }

    /// Combines weights from `source` with tokenizer and chat template from `files`.
    fn assemble(
        name: &str,
        config: Config,
        source: &mut impl source::WeightSource,
        files: Files<'_>,
    ) -> Result<Self, ModelError> {
        let chat = ChatTemplate::open(files)?;
        Ok(Self {
            name: name.to_owned(),
            llama: Arc::new(Llama::read(&config, source)?),
            tokenizer: Arc::new(Tokenizer::open(files, &chat.begin)?),
            config,
            chat,
        })
    }

    /// Refuses tokens that the model has no embedding for.
    ///
    /// # Errors
    /// [`ModelError::Token`] with the first of them.
    pub(crate) fn check_tokens(&self, tokens: &[u32]) -> Result<(), ModelError> {
        self.llama.check_tokens(tokens)
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model")
            .field("name", &self.name)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
