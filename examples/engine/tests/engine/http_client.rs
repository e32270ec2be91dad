//! A minimal HTTP client: one request per connection, read to its end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The data of all events. Each event is one `data:` line and a blank one.
    pub(crate) fn events(&self) -> Vec<&str> {
        let events = self
            .body
            .strip_suffix("\n\n")
            .expect("the last event is whole");
        events.split("\n\n").map(data).collect()
    }

    /// The data of all events but the last, which must be `[DONE]`.
    pub(crate) fn chunks(&self) -> Vec<Value> {
        let mut events = self.events();
        assert_eq!(events.pop(), Some("[DONE]"), "{}", self.body);
        let chunk = |event| serde_json::from_str(event).expect("an event is JSON");
        events.into_iter().map(chunk).collect()
    }
}

fn data(event: &str) -> &str {
    event.strip_prefix("data: ").expect("only data")
}

pub(crate) fn get(address: SocketAddr, path: &str) -> Response {
    exchange(address, &format!("GET {path} HTTP/1.0\r\n\r\n"))
}

pub(crate) fn post(address: SocketAddr, path: &str, body: &Value) -> Response {
    exchange(address, &request(path, &body.to_string()))
}

pub(crate) fn exchange(address: SocketAddr, request: &str) -> Response {
    let mut text = String::new();
    let mut stream = send(address, request);
    stream
        .read_to_string(&mut text)
        .expect("the response is text");
    let (headers, body) = text.split_once("\r\n\r\n").expect("headers and a body");
    let status = headers.split(' ').nth(1).expect("a status");
    Response {
        status: status.parse().expect("a number"),
        headers: headers.to_ascii_lowercase(),
        body: body.to_owned(),
    }
}

/// HTTP/1.0, so that the body is all that follows the headers.
pub(crate) fn request(path: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

pub(crate) fn send(address: SocketAddr, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .expect("a timeout is valid");
    stream
        .write_all(request.as_bytes())
        .expect("the server reads");
    stream
}

/// Sends a streaming request and waits for its first token; the connection stays open.
pub(crate) fn begin_stream(address: SocketAddr, path: &str, body: &Value) -> BufReader<TcpStream> {
    let mut stream = BufReader::new(send(address, &request(path, &body.to_string())));
    let mut line = String::new();
    while !line.starts_with("data: ") {
        line.clear();
        assert!(
            stream.read_line(&mut line).expect("an event comes") > 0,
            "the server closed the connection"
        );
    }
    stream
}
