//! An answer that is sent when it is complete.

use futures_util::StreamExt;
use serde_json::Value;

use super::error::ApiError;
use super::shape::Shape;
use crate::client::Answer;
use crate::engine::EngineError;

pub(super) async fn collect(mut answer: Answer, shape: &Shape) -> Result<Value, ApiError> {
    let (mut text, mut tokens, mut finish) = (String::new(), 0, None);
    while let Some(token) = answer.next().await {
        let token = token?;
        text.push_str(&token.text);
        tokens += token.count;
        finish = token.finish;
    }
    let finish = finish.ok_or(EngineError::Stopped)?;
    Ok(shape.whole(&text, finish, tokens))
}
