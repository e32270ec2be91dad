//! The engine on a socket: OpenAI's interface for models, completions and chat, streamed or whole.
//!
//! A request that is not understood is refused with the parameter's name, never answered
//! differently from what was asked: of the parameters that format an answer, `max_tokens`
//! (`max_completion_tokens`), `min_tokens`, `ignore_eos`, `temperature`, `top_p`, `seed`, `stop`,
//! `stream` and `stream_options` are served, and any other is refused unless its value changes
//! nothing. A client that hangs up ends its request: a stream within two steps, a whole answer
//! within a second where the client is on this machine. One that closes its sending side only is
//! still answered.

mod api_request;
mod body;
mod connections;
mod error;
mod event_stream;
mod fields;
mod messages;
mod middleware;
mod peer;
mod prompt;
mod response;
mod sockets;
mod unsupported;

use std::sync::Arc;

use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use wf_port::Hosts;

use self::api_request::ApiRequest;
use self::body::Body;
use self::error::ApiError;
use self::event_stream::EventStream;
use self::fields::Fields;
use self::peer::Peer;
use self::response::ResponseFormat;
use crate::client::Client;
use crate::model::Model;

/// Serves until `stop` completes, then until the connections have their answers.
///
/// Requests for other hosts than `hosts` are refused, so that no web page reaches the engine under
/// a name of its own (DNS rebinding).
pub async fn serve(
    listener: TcpListener,
    hosts: Hosts,
    client: Client,
    stop: impl Future<Output = ()>,
) {
    let checked = from_fn_with_state(Arc::new(hosts), middleware::check_host);
    // The id outermost: refusals of the host have one too.
    let routes = routes(client)
        .layer(checked)
        .layer(from_fn(middleware::echo_request_id));
    connections::serve(listener, routes, stop).await;
}

/// The routes under `/v1`, and `/health`, which answers as soon as requests can be.
pub fn routes(client: Client) -> Router {
    Router::new()
        .route("/health", get(async || StatusCode::OK))
        .route("/v1/models", get(models))
        .route("/v1/models/{model}", get(model))
        .route("/v1/completions", post(completions))
        .route("/v1/chat/completions", post(chat))
        .fallback(async || ApiError::no_such_path())
        .method_not_allowed_fallback(async || ApiError::wrong_method())
        .with_state(client)
}

async fn models(State(client): State<Client>) -> Json<Value> {
    let served = described(client.engine().model());
    Json(json!({ "object": "list", "data": [served] }))
}

async fn model(
    State(client): State<Client>,
    Path(asked): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let served = client.engine().name();
    match asked == served {
        true => Ok(Json(described(client.engine().model()))),
        false => Err(ApiError::no_such_model(&asked, served)),
    }
}

/// With vLLM's `max_model_len`, which load tools read.
fn described(model: &Model) -> Value {
    json!({
        "id": model.name(),
        "object": "model",
        "created": 0,
        "owned_by": "wf-instrument",
        "max_model_len": model.context(),
    })
}

async fn completions(
    State(client): State<Client>,
    peer: Option<Extension<Peer>>,
    body: Body,
) -> Result<Response, ApiError> {
    let fields = Fields::parse(&body.0?)?;
    let ask = understood(&client, move |model| ApiRequest::completion(fields, model)).await?;
    unless_gone(peer, answer(&client, ask)).await
}

async fn chat(
    State(client): State<Client>,
    peer: Option<Extension<Peer>>,
    body: Body,
) -> Result<Response, ApiError> {
    let fields = Fields::parse(&body.0?)?;
    let ask = understood(&client, move |model| ApiRequest::chat(fields, model)).await?;
    unless_gone(peer, answer(&client, ask)).await
}

/// Waits for an answer no longer than its client does. What is already sent as a stream ends by
/// itself when it cannot be written.
async fn unless_gone(
    peer: Option<Extension<Peer>>,
    answer: impl Future<Output = Result<Response, ApiError>>,
) -> Result<Response, ApiError> {
    let Some(Extension(peer)) = peer else {
        return answer.await;
    };
    tokio::select! {
        answer = answer => answer,
        () = peer.gone() => Err(ApiError::client_left()),
    }
}

/// Off the threads that keep the streams going: splitting a long text into tokens takes milliseconds.
async fn understood(
    client: &Client,
    read: impl FnOnce(&Arc<Model>) -> Result<ApiRequest, ApiError> + Send + 'static,
) -> Result<ApiRequest, ApiError> {
    let model = Arc::clone(client.engine().model());
    let reading = tokio::task::spawn_blocking(move || read(&model));
    match reading.await {
        Ok(ask) => ask,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

async fn answer(client: &Client, ask: ApiRequest) -> Result<Response, ApiError> {
    let prompt_tokens = ask.request.prompt_len() as u64;
    let format = ResponseFormat::new(ask.endpoint, client.engine().name(), prompt_tokens);
    let answer = client.send(ask.request).await?;
    let Some(usage) = ask.stream else {
        return Ok(Json(response::collect(answer, &format).await?).into_response());
    };
    let events = EventStream::new(answer, format, usage);
    Ok(Sse::new(events)
        .keep_alive(KeepAlive::default())
        .into_response())
}
