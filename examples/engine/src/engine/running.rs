//! One request that is in: its sequence, and how far it got.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;
use wf_govern::gate::Permit;
use wf_instrument::wf_measure;

use super::error::EngineError;
use super::request::Request;
use super::run_queue::{Progress, Work};
use super::stop_strings::{Cut, StopStrings};
use super::token::{Finish, Token};
use crate::model::{Logits, Model, ModelError, Sampler, Sequence, TextDecoder};

/// Holds the request's permit, so that the permit is back exactly when the sequence is freed.
pub(super) struct Running {
    model: Arc<Model>,
    sequence: Sequence,
    sampler: Sampler,
    decoder: Option<TextDecoder>,
    stops: StopStrings,
    last: Option<u32>,
    left: usize,
    /// Tokens that have to come before the answer may end.
    due: usize,
    ignore_eos: bool,
    // Unbounded is bounded here: an answer is no longer than the context, and a worker must never wait for a slow client.
    tokens: UnboundedSender<Result<Token, EngineError>>,
    _permit: Permit,
}

impl Running {
    pub(super) fn new(
        model: &Arc<Model>,
        request: Request,
        tokens: UnboundedSender<Result<Token, EngineError>>,
        permit: Permit,
    ) -> Result<Self, EngineError> {
        let capacity = request.prompt_len() + request.max_tokens;
        Ok(Self {
            sequence: model.start(&request.prompt, capacity)?,
            model: Arc::clone(model),
            sampler: request.sampler,
            decoder: Some(model.decoder()),
            stops: StopStrings::new(request.stop),
            last: None,
            left: request.max_tokens,
            due: request.min_tokens,
            ignore_eos: request.ignore_eos,
            tokens,
            _permit: permit,
        })
    }

    fn next(&mut self) -> Result<Token, ModelError> {
        let mut logits = match self.last {
            None => prefill(&mut self.sequence)?,
            Some(last) => decode_step(&mut self.sequence, last)?,
        };
        if self.due > 0 {
            self.model.rule_out_ends(&mut logits);
        }
        let id = self.sampler.sample(&logits);
        self.last = Some(id);
        if self.model.is_end(id) && !self.ignore_eos {
            let text = self.rest();
            return Ok(Token::last(text, 0, Finish::Stop));
        }
        self.left -= 1;
        Ok(self.spell(id))
    }

    fn spell(&mut self, id: u32) -> Token {
        let decoded = self.decoder.as_mut().and_then(|decoder| decoder.push(id));
        let decoded = decoded.unwrap_or_default();
        let cut = match self.due {
            0 => self.stops.push(&decoded),
            _ => Cut::GoesOn(decoded),
        };
        self.due = self.due.saturating_sub(1);
        match cut {
            Cut::Stopped(text) => Token::last(text, 1, Finish::Stop),
            Cut::GoesOn(text) if self.left == 0 => {
                let text = text + &self.rest();
                Token::last(text, 1, Finish::Length)
            }
            Cut::GoesOn(text) => Token::more(text),
        }
    }

    /// The text that was held back, now that nothing follows it.
    fn rest(&mut self) -> String {
        let decoded = self.decoder.take().and_then(TextDecoder::finish);
        match self.stops.push(&decoded.unwrap_or_default()) {
            Cut::Stopped(text) => text,
            Cut::GoesOn(text) => text + &self.stops.rest(),
        }
    }

    fn tell(&self, token: Token) -> Progress {
        let last = token.finish.is_some();
        match self.tokens.send(Ok(token)) {
            Ok(()) if !last => Progress::GoesOn,
            _ => Progress::Ended,
        }
    }
}

impl Work for Running {
    /// Reads the prompt or goes on by a token, and tells the client. A client that went away ends it here.
    fn step(&mut self) -> Progress {
        if self.tokens.is_closed() {
            return Progress::Ended;
        }
        match self.next() {
            Ok(token) => self.tell(token),
            Err(error) => {
                self.fail(error.into());
                Progress::Ended
            }
        }
    }

    /// Tells the client what went wrong, if it is still there.
    fn fail(&mut self, error: EngineError) {
        let _ = self.tokens.send(Err(error));
    }
}

/// Reads a prompt.
#[wf_measure]
fn prefill(sequence: &mut Sequence) -> Result<Logits, ModelError> {
    sequence.prefill()
}

/// Goes on by one token.
#[wf_measure]
fn decode_step(sequence: &mut Sequence, last: u32) -> Result<Logits, ModelError> {
    sequence.decode(last)
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running")
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}
