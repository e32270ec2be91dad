//! An admitted request: its sequence and its state.

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

/// Holds the request's permit until the sequence is freed.
pub(super) struct Running {
    model: Arc<Model>,
    sequence: Sequence,
    sampler: Sampler,
    decoder: Option<TextDecoder>,
    stops: StopStrings,
    last: Option<u32>,
    remaining: usize,
    /// Tokens that must come before the generation may end.
    min_remaining: usize,
    ignore_eos: bool,
    // Unbounded, because a worker must not wait for a slow client; its length is bounded by the
    // context.
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
            remaining: request.max_tokens,
            min_remaining: request.min_tokens,
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
        if self.min_remaining > 0 {
            self.model.rule_out_ends(&mut logits);
        }
        let id = self.sampler.sample(&logits);
        self.last = Some(id);
        if self.model.is_end(id) && !self.ignore_eos {
            let text = self.rest();
            return Ok(Token::last(text, 0, Finish::Stop));
        }
        self.remaining -= 1;
        Ok(self.spell(id))
    }

    fn spell(&mut self, id: u32) -> Token {
        let decoded = self.decoder.as_mut().and_then(|decoder| decoder.push(id));
        let decoded = decoded.unwrap_or_default();
        let cut = match self.min_remaining {
            0 => self.stops.push(&decoded),
            _ => Cut::Continue(decoded),
        };
        self.min_remaining = self.min_remaining.saturating_sub(1);
        match cut {
            Cut::Stop(text) => Token::last(text, 1, Finish::Stop),
            Cut::Continue(text) if self.remaining == 0 => {
                let text = text + &self.rest();
                Token::last(text, 1, Finish::Length)
            }
            Cut::Continue(text) => Token::more(text),
        }
    }

    /// The text that was held back, now that nothing follows it.
    fn rest(&mut self) -> String {
        let decoded = self.decoder.take().and_then(TextDecoder::finish);
        match self.stops.push(&decoded.unwrap_or_default()) {
            Cut::Stop(text) => text,
            Cut::Continue(text) => text + &self.stops.rest(),
        }
    }

    fn send(&self, token: Token) -> Progress {
        let last = token.finish.is_some();
        match self.tokens.send(Ok(token)) {
            Ok(()) if !last => Progress::Continues,
            _ => Progress::Ended,
        }
    }
}

impl Work for Running {
    /// Runs the prefill or one decode step and sends the token. Ends if the client cancelled.
    fn step(&mut self) -> Progress {
        if self.tokens.is_closed() {
            return Progress::Ended;
        }
        match self.next() {
            Ok(token) => self.send(token),
            Err(error) => {
                self.fail(error.into());
                Progress::Ended
            }
        }
    }

    /// Sends the error to the client, if it still listens.
    fn fail(&mut self, error: EngineError) {
        let _ = self.tokens.send(Err(error));
    }
}

/// Prefill of the prompt.
#[wf_measure]
fn prefill(sequence: &mut Sequence) -> Result<Logits, ModelError> {
    sequence.prefill()
}

/// One decode step.
#[wf_measure]
fn decode_step(sequence: &mut Sequence, last: u32) -> Result<Logits, ModelError> {
    sequence.decode(last)
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running")
            .field("remaining", &self.remaining)
            .finish_non_exhaustive()
    }
}
