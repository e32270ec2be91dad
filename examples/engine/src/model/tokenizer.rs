//! The tokenizer of a checkpoint.

use std::{collections::HashSet, path::PathBuf};

use super::{ModelError, files::Files};

/// A Hugging Face tokenizer and the file it came from.
#[derive(Debug)]
pub(crate) struct Tokenizer {
    inner: tokenizers::Tokenizer,
    special: HashSet<u32>,
    /// Text of the token that begins a sequence, if any.
    begin: String,
    file: PathBuf,
}

impl Tokenizer {
    pub(crate) fn open(files: Files<'_>, begin: &str) -> Result<Self, ModelError> {
        let file = files.path("tokenizer.json");
        let bytes = files.read("tokenizer.json")?;
        let mut inner = match tokenizers::Tokenizer::from_bytes(&bytes) {
            Ok(inner) => inner,
            Err(error) => {
                let message = format!("not valid: {error}; download the file again");
                return Err(ModelError::Tokenizer { file, message });
            }
        };
        inner.with_padding(None);
        match inner.with_truncation(None) {
            Ok(_) => Ok(Self {
                special: special(&inner),
                inner,
                begin: begin.to_owned(),
                file,
            }),
            Err(error) => Err(ModelError::Tokenizer {
                file,
                message: error.to_string(),
            }),
        }
    }

    /// Encodes a text. Adds the beginning token unless a chat template already wrote it.
    pub(crate) fn encode(&self, text: &str) -> Result<Vec<u32>, ModelError> {
        let begun = !self.begin.is_empty() && text.starts_with(&self.begin);
        match self.inner.encode_fast(text, !begun) {
            Ok(encoding) => Ok(encoding.get_ids().to_vec()),
            Err(error) => {
                let message = format!("cannot encode this text: {error}; send other text");
                Err(ModelError::Tokenizer {
                    file: self.file.clone(),
                    message,
                })
            }
        }
    }

    /// True for a control token, which has no text.
    pub(crate) fn is_special(&self, token: u32) -> bool {
        self.special.contains(&token)
    }

    /// The text of `tokens`, with U+FFFD where they are not whole characters.
    pub(crate) fn decode(&self, tokens: &[u32]) -> String {
        // Decoding fails only on a decoder regex that gives up, which leaves no text to show.
        self.inner.decode(tokens, true).unwrap_or_default()
    }
}

fn special(tokenizer: &tokenizers::Tokenizer) -> HashSet<u32> {
    let added = tokenizer.get_added_tokens_decoder().into_iter();
    added
        .filter(|(_, token)| token.special)
        .map(|(id, _)| id)
        .collect()
}
