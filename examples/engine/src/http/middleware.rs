//! Middleware of all routes: the host check and request ids.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use wf_port::Hosts;

use super::error::ApiError;

/// Refuses a request whose Host header names another host.
pub(super) async fn check_host(
    State(hosts): State<Arc<Hosts>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    match hosts.check(&request) {
        Ok(()) => Ok(next.run(request).await),
        Err(error) => Err(ApiError::host(&error)),
    }
}

/// Adds `x-request-id` to the response: the client's, or a new one.
pub(super) async fn echo_request_id(request: Request, next: Next) -> Response {
    let given = request.headers().get(REQUEST_ID).cloned();
    let mut response = next.run(request).await;
    let id = given.unwrap_or_else(fresh);
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// A number that is unique within the process.
fn fresh() -> HeaderValue {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed).into()
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
