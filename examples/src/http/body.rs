//! The body of a request, bounded in size and in the time that it may take to arrive.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use tokio::time::timeout;

use super::error::ApiError;

/// The largest body that is read. The longest context takes a small part of it, and splitting more into tokens would keep the other
/// streams waiting.
pub(super) const MAX: usize = 256 * 1024;

/// How long it may take: the largest at 70 kbit/s.
const TIME: Duration = Duration::from_secs(30);

/// Never refuses by itself, so that the handler says what is wrong in its own order and form.
pub(super) struct Body(pub(super) Result<Bytes, ApiError>);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let read = timeout(TIME, Bytes::from_request(request, state)).await;
        Ok(Self(match read {
            Ok(read) => read.map_err(|rejected| ApiError::body(&rejected)),
            Err(_) => Err(ApiError::slow_body(TIME)),
        }))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use axum::response::IntoResponse;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_given_up() {
        let endless = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let request = Request::new(axum::body::Body::from_stream(endless));
        let Ok(Body(read)) = Body::from_request(request, &()).await;
        let refusal = read.expect_err("nothing arrived").into_response();
        assert_eq!(refusal.status(), StatusCode::REQUEST_TIMEOUT);
    }
}
