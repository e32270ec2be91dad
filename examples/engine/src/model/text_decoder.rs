//! Decoding of tokens to text, one by one.

use std::{fmt, sync::Arc};

use super::tokenizer::Tokenizer;

/// Decodes a stream of tokens without splitting a character.
///
/// Some tokens change the text of the one before (a leading space, the second byte of a character),
/// so each step decodes a short window twice and returns the difference: 0.5 µs a token of the tiny
/// model.
pub struct TextDecoder {
    tokenizer: Arc<Tokenizer>,
    /// The tokens whose text was returned last, then those without text so far.
    window: Vec<u32>,
    returned: usize,
}

impl TextDecoder {
    pub(super) const fn new(tokenizer: Arc<Tokenizer>) -> Self {
        Self {
            tokenizer,
            window: Vec::new(),
            returned: 0,
        }
    }

    /// Takes the next token; `None` until it completes a character. Special tokens have no text.
    pub fn push(&mut self, token: u32) -> Option<String> {
        if self.tokenizer.is_special(token) {
            return None;
        }
        self.window.push(token);
        let text = self.waiting();
        if text.is_empty() || text.ends_with(UNFINISHED) {
            return self.flush_invalid();
        }
        self.window.drain(..self.returned);
        self.returned = self.window.len();
        Some(text)
    }

    /// The text of an unfinished character at the end, as U+FFFD.
    #[must_use]
    pub fn finish(self) -> Option<String> {
        Some(self.waiting()).filter(|text| !text.is_empty())
    }

    /// Returns bytes that form no character within four tokens, so that later text is not affected.
    fn flush_invalid(&mut self) -> Option<String> {
        if self.window.len() - self.returned < LONGEST_CHARACTER {
            return None;
        }
        let broken = self.waiting();
        self.window.clear();
        self.returned = 0;
        Some(broken).filter(|text| !text.is_empty())
    }

    fn waiting(&self) -> String {
        let before = self
            .tokenizer
            .decode(&self.window[..self.returned])
            .chars()
            .count();
        self.tokenizer
            .decode(&self.window)
            .chars()
            .skip(before)
            .collect()
    }
}

impl fmt::Debug for TextDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextDecoder")
            .field("window", &self.window)
            .finish_non_exhaustive()
    }
}

const UNFINISHED: char = char::REPLACEMENT_CHARACTER;

/// UTF-8 takes at most four bytes, so at most four tokens, for one character.
const LONGEST_CHARACTER: usize = 4;
