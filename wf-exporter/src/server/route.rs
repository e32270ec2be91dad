//! The response to each request. Pure, except for the page that it renders.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use hyper::{Method, Request, Response, StatusCode};
use wf_port::Hosts;

use crate::text;

/// The response to `request`; `render` is called only if the page was requested. hyper drops the
/// body of a response to HEAD.
pub(super) fn respond<B>(
    hosts: &Hosts,
    request: &Request<B>,
    render: impl FnOnce() -> Bytes,
) -> Response<Full<Bytes>> {
    if let Err(error) = hosts.check(request) {
        return response(error.status(), PLAIN, format!("{error}\n"));
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    match request.uri().path() {
        "/" | "/metrics" if !reads => method_not_allowed(),
        "/metrics" => response(StatusCode::OK, text::CONTENT_TYPE, render()),
        "/" => response(StatusCode::OK, "text/html; charset=utf-8", INDEX),
        _ => response(
            StatusCode::NOT_FOUND,
            PLAIN,
            "not found; the page is /metrics\n",
        ),
    }
}

fn method_not_allowed() -> Response<Full<Bytes>> {
    let mut response = response(
        StatusCode::METHOD_NOT_ALLOWED,
        PLAIN,
        "method not allowed; use GET or HEAD\n",
    );
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}

fn response(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().extend([
        (CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ]);
    response
}

const PLAIN: &str = "text/plain; charset=utf-8";

const INDEX: &str = "<!doctype html><html lang=\"en\"><title>wf-exporter</title>\
    <p>Measurements of this process for Prometheus: <a href=\"/metrics\">/metrics</a></p></html>\n";

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts() -> Hosts {
        Hosts::bound_to(([127, 0, 0, 1], 9464).into())
    }

    fn check(method: Method, path: &str, expected: StatusCode) -> Response<Full<Bytes>> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .body(())
            .unwrap();
        let response = respond(&hosts(), &request, || "page".into());
        assert_eq!(response.status(), expected, "{request:?}");
        response
    }

    #[test]
    fn only_reading_is_allowed() {
        for method in [
            Method::POST,
            Method::PUT,
            Method::DELETE,
            Method::OPTIONS,
            Method::TRACE,
        ] {
            let response = check(method, "/metrics", StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(response.headers()[ALLOW], "GET, HEAD");
        }
    }

    #[test]
    fn the_page_is_found_with_any_query_and_nothing_else_is() {
        let page = check(Method::GET, "/metrics?name=x", StatusCode::OK);
        assert_eq!(page.headers()[CONTENT_TYPE], text::CONTENT_TYPE);
        check(Method::HEAD, "/metrics", StatusCode::OK);
        check(Method::GET, "/", StatusCode::OK);
        for path in [
            "/metrics/",
            "//metrics",
            "/Metrics",
            "/../metrics",
            "/favicon.ico",
        ] {
            check(Method::GET, path, StatusCode::NOT_FOUND);
        }
    }

    #[test]
    fn the_page_is_rendered_only_if_it_is_requested() {
        let request = Request::post("/metrics").header("host", "localhost");
        respond(&hosts(), &request.body(()).unwrap(), || {
            panic!("a page was rendered")
        });
    }
}
