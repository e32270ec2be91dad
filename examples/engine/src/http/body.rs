//! Request bodies, limited in size and in time.

use std::time::Duration;

use axum::body::{Body as Incoming, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use futures_util::StreamExt;
use tokio::time::{sleep, timeout};
use wf_port::CloseSignal;

use super::error::ApiError;

/// Largest body. The longest context needs a small part of it; tokenizing more would delay the
/// other streams.
const MAX: usize = 256 * 1024;

/// Bytes of a rejected body that are read and discarded: a client that is still sending when its
/// connection closes may not receive the error.
const DISCARDED: usize = 8 * 1024 * 1024;

/// Time limit of a body: the largest needs 70 kbit/s.
const TIME: Duration = Duration::from_secs(30);

/// Time during which a rejected body is read and discarded.
const LINGER: Duration = Duration::from_secs(1);

/// The bytes of a JSON body, or the error.
pub(super) struct Body(pub(super) Result<Bytes, ApiError>);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let (head, body) = request.into_parts();
        Ok(Self(match refusal(&head.headers) {
            // The client waits for `100 Continue`, which only reading the body would send.
            Some(refusal) if is(&head.headers, header::EXPECT, "100-continue") => Err(refusal),
            Some(refusal) => {
                // Bytes on their way are still read, but the response does not wait for them.
                tokio::spawn(timeout(LINGER, read(body)));
                Err(refusal)
            }
            None => read_in_time(body, head.extensions.get()).await,
        }))
    }
}

/// Errors that follow from the headers alone.
///
/// Requires `application/json`: a web page of another origin may send it only after a preflight
/// request, which this engine refuses.
fn refusal(headers: &HeaderMap) -> Option<ApiError> {
    let encoded = headers.contains_key(header::CONTENT_ENCODING);
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    if !is(headers, header::CONTENT_TYPE, "application/json") {
        Some(ApiError::not_json())
    } else if encoded && !is(headers, header::CONTENT_ENCODING, "identity") {
        Some(ApiError::encoded())
    } else {
        length
            .filter(|&length: &usize| length > MAX)
            .map(|_| ApiError::large_body(MAX))
    }
}

/// True if the header's value is `word`, in any case and with any parameters.
fn is(headers: &HeaderMap, name: header::HeaderName, word: &str) -> bool {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(word))
}

async fn read_in_time(body: Incoming, signal: Option<&CloseSignal>) -> Result<Bytes, ApiError> {
    tokio::select! {
        read = timeout(TIME, read(body)) => {
            read.unwrap_or_else(|_| Err(ApiError::slow_body(TIME)))
        }
        () = hurry(signal) => Err(ApiError::slow_body(HURRIED)),
    }
}

async fn read(body: Incoming) -> Result<Bytes, ApiError> {
    let (mut kept, mut arrived) = (Vec::new(), 0);
    let mut data = body.into_data_stream();
    while let Some(bytes) = data.next().await {
        let bytes = bytes.map_err(|error| ApiError::unreadable_body(&error))?;
        arrived += bytes.len();
        if arrived <= MAX {
            kept.extend_from_slice(&bytes);
        } else if arrived > DISCARDED {
            break;
        }
    }
    match arrived <= MAX {
        true => Ok(kept.into()),
        false => Err(ApiError::large_body(MAX)),
    }
}

/// Completes when others have waited [`HURRIED`] for the connection.
async fn hurry(signal: Option<&CloseSignal>) {
    match signal {
        Some(signal) => signal.requested().await,
        None => std::future::pending().await,
    }
    sleep(HURRIED).await;
}

/// Time limit of a body while others wait for the connection.
const HURRIED: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use axum::response::IntoResponse;

    use super::*;

    fn endless() -> Incoming {
        Incoming::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>())
    }

    fn request(headers: &[(&str, &str)], body: Incoming) -> Request {
        let mut request = Request::builder();
        for &(name, value) in headers {
            request = request.header(name, value);
        }
        request.body(body).expect("valid headers")
    }

    async fn status(request: Request) -> StatusCode {
        let Ok(Body(read)) = Body::from_request(request, &()).await;
        read.map_or_else(
            |refusal| refusal.into_response().status(),
            |_| StatusCode::OK,
        )
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_refused_in_time() {
        let request = request(&[("content-type", "application/json")], endless());
        assert_eq!(status(request).await, StatusCode::REQUEST_TIMEOUT);
    }

    #[tokio::test]
    async fn the_content_type_must_be_json_in_any_spelling() {
        for (kind, expected) in [
            ("application/json", StatusCode::OK),
            ("Application/JSON", StatusCode::OK),
            ("application/json ; charset=UTF-8", StatusCode::OK),
            ("application/jsonp", StatusCode::UNSUPPORTED_MEDIA_TYPE),
            ("text/plain", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ] {
            let request = request(&[("content-type", kind)], Incoming::from("{}"));
            assert_eq!(status(request).await, expected, "{kind}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_expects_100_continue_for_a_large_body_gets_the_error_at_once() {
        let headers = [
            ("content-type", "application/json"),
            ("expect", "100-Continue"),
            ("content-length", "99999999"),
        ];
        let begun = tokio::time::Instant::now();
        let refused = status(request(&headers, endless())).await;
        assert_eq!(refused, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(begun.elapsed().is_zero(), "the body was asked for");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_is_refused_by_its_headers_before_it_arrives() {
        for (kind, length, expected) in [
            ("application/json", "262145", StatusCode::PAYLOAD_TOO_LARGE),
            (
                "application/json",
                "99999999999",
                StatusCode::PAYLOAD_TOO_LARGE,
            ),
            (
                "application/json",
                "18446744073709551615",
                StatusCode::PAYLOAD_TOO_LARGE,
            ),
            ("text/plain", "9", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ] {
            let headers = [("content-type", kind), ("content-length", length)];
            let begun = tokio::time::Instant::now();
            assert_eq!(status(request(&headers, endless())).await, expected);
            assert!(begun.elapsed().is_zero(), "{kind}, {length}");
        }
    }

    #[tokio::test]
    async fn a_large_body_without_content_length_is_refused() {
        let request = request(
            &[("content-type", "application/json")],
            Incoming::from(vec![b' '; MAX + 1]),
        );
        assert_eq!(status(request).await, StatusCode::PAYLOAD_TOO_LARGE);
    }
}
