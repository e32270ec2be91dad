//! The id of a request, by which its client finds the engine's answer to it.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

const NAME: HeaderName = HeaderName::from_static("x-request-id");

/// Answers with the request's id; where the client gave none, with a new one.
pub(super) async fn echo(request: Request, next: Next) -> Response {
    let given = request.headers().get(NAME).cloned();
    let mut response = next.run(request).await;
    let id = given.unwrap_or_else(fresh);
    response.headers_mut().insert(NAME, id);
    response
}

/// Unique within the process.
fn fresh() -> HeaderValue {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed).into()
}
