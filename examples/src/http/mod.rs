//! The engine on a socket: OpenAI's interface for models, completions and chat, streamed or whole.
//!
//! A request that is not understood is refused with the parameter's name, never answered differently from what was asked. A client that
//! hangs up ends its request within one step.

mod ask;
mod error;
mod events;
mod fields;
mod shape;
mod whole;

use std::io;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, header};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use self::ask::Ask;
use self::error::ApiError;
use self::events::Events;
use self::fields::Fields;
use self::shape::Shape;
use crate::client::Client;
use crate::model::Model;

/// The largest body that is read. The longest context takes a small part of it, and splitting more into tokens would keep the other
/// streams waiting.
const MAX_BODY: usize = 256 * 1024;

/// Serves until `stop` completes, then until the connections have their answers.
///
/// # Errors
/// When the socket fails.
pub async fn serve(
    listener: TcpListener,
    client: Client,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    // A token is a small packet that must not wait for the next one.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, routes(client))
        .with_graceful_shutdown(stop)
        .await
}

/// The routes under `/v1`.
pub fn routes(client: Client) -> Router {
    Router::new()
        .route("/v1/models", get(models))
        .route("/v1/completions", post(completions))
        .route("/v1/chat/completions", post(chat))
        .fallback(async || ApiError::no_such_path())
        .method_not_allowed_fallback(async || ApiError::wrong_method())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(client)
}

async fn models(State(client): State<Client>) -> Json<Value> {
    let model = json!({
        "id": client.engine().name(),
        "object": "model",
        "created": 0,
        "owned_by": "wf-instrument",
    });
    Json(json!({ "object": "list", "data": [model] }))
}

async fn completions(
    State(client): State<Client>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let fields = read(&headers, body)?;
    let ask = understood(&client, move |model| Ask::completion(fields, model)).await?;
    answer(&client, ask).await
}

async fn chat(
    State(client): State<Client>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let fields = read(&headers, body)?;
    let ask = understood(&client, move |model| Ask::chat(fields, model)).await?;
    answer(&client, ask).await
}

/// Off the threads that keep the streams going: splitting a long text into tokens takes milliseconds.
async fn understood(
    client: &Client,
    read: impl FnOnce(&Arc<Model>) -> Result<Ask, ApiError> + Send + 'static,
) -> Result<Ask, ApiError> {
    let model = Arc::clone(client.engine().model());
    let reading = tokio::task::spawn_blocking(move || read(&model));
    match reading.await {
        Ok(ask) => ask,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

/// A page of another origin cannot send JSON without asking first, and nobody here says yes.
fn read(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Fields, ApiError> {
    let kind = headers.get(header::CONTENT_TYPE);
    let json = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !json {
        return Err(ApiError::not_json());
    }
    Fields::parse(&body.map_err(|rejected| ApiError::body(&rejected))?)
}

async fn answer(client: &Client, ask: Ask) -> Result<Response, ApiError> {
    let prompt_tokens = ask.request.prompt_len() as u64;
    let shape = Shape::new(ask.endpoint, client.engine().name(), prompt_tokens);
    let answer = client.ask(ask.request).await?;
    if !ask.stream {
        return Ok(Json(whole::collect(answer, &shape).await?).into_response());
    }
    let events = Events::new(answer, shape, ask.include_usage);
    Ok(Sse::new(events)
        .keep_alive(KeepAlive::default())
        .into_response())
}
