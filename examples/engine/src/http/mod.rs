//! The OpenAI-compatible HTTP API: models, completions and chat, streamed or in one piece.
//!
//! A parameter that is not supported is refused by name, never ignored. Supported are `max_tokens`
//! (`max_completion_tokens`), `min_tokens`, `ignore_eos`, `temperature`, `top_p`, `seed`, `stop`,
//! `stream` and `stream_options`; any other is refused unless its value changes nothing.
//!
//! A client that disconnects ends its request: a stream within two steps, a response in one piece
//! within a second if the client is on this machine. A client that closes only its sending side
//! still gets its response.

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

/// Serves until `stop` completes, then until the open connections have their responses.
///
/// Requests for hosts other than `hosts` are refused, so that no web page reaches the engine by DNS
/// rebinding.
pub async fn serve(
    listener: TcpListener,
    hosts: Hosts,
    client: Client,
    stop: impl Future<Output = ()>,
) {
    let checked = from_fn_with_state(Arc::new(hosts), middleware::check_host);
    // The request id is the outer layer: host errors have one too.
    let routes = routes(client)
        .layer(checked)
        .layer(from_fn(middleware::echo_request_id));
    connections::serve(listener, routes, stop).await;
}

/// The routes under `/v1`, and `/health`.
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
    let served = describe(client.engine().model());
    Json(json!({ "object": "list", "data": [served] }))
}

async fn model(
    State(client): State<Client>,
    Path(asked): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let served = client.engine().name();
    match asked == served {
        true => Ok(Json(describe(client.engine().model()))),
        false => Err(ApiError::no_such_model(&asked, served)),
    }
}

/// Adds vLLM's `max_model_len`, which load tools read.
fn describe(model: &Model) -> Value {
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
    let request =
        parse_blocking(&client, move |model| ApiRequest::completion(fields, model)).await?;
    until_disconnect(peer, respond(&client, request)).await
}

async fn chat(
    State(client): State<Client>,
    peer: Option<Extension<Peer>>,
    body: Body,
) -> Result<Response, ApiError> {
    let fields = Fields::parse(&body.0?)?;
    let request = parse_blocking(&client, move |model| ApiRequest::chat(fields, model)).await?;
    until_disconnect(peer, respond(&client, request)).await
}

/// Waits for a response until the client disconnects. A stream that cannot be written ends by
/// itself.
async fn until_disconnect(
    peer: Option<Extension<Peer>>,
    response: impl Future<Output = Result<Response, ApiError>>,
) -> Result<Response, ApiError> {
    let Some(Extension(peer)) = peer else {
        return response.await;
    };
    tokio::select! {
        response = response => response,
        () = peer.disconnected() => Err(ApiError::client_disconnected()),
    }
}

/// Runs on a blocking thread: tokenizing a long text takes milliseconds.
async fn parse_blocking(
    client: &Client,
    read: impl FnOnce(&Arc<Model>) -> Result<ApiRequest, ApiError> + Send + 'static,
) -> Result<ApiRequest, ApiError> {
    let model = Arc::clone(client.engine().model());
    let reading = tokio::task::spawn_blocking(move || read(&model));
    match reading.await {
        Ok(request) => request,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

async fn respond(client: &Client, asked: ApiRequest) -> Result<Response, ApiError> {
    let prompt_tokens = asked.request.prompt_len() as u64;
    let format = ResponseFormat::new(asked.endpoint, client.engine().name(), prompt_tokens);
    let tokens = client.send(asked.request).await?;
    let Some(usage) = asked.stream else {
        return Ok(Json(response::collect(tokens, &format).await?).into_response());
    };
    let events = EventStream::new(tokens, format, usage);
    Ok(Sse::new(events)
        .keep_alive(KeepAlive::default())
        .into_response())
}
