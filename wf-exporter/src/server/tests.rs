//! Hostile clients on real sockets, with short limits. Every test ends with a successful scrape, or
//! with the end of the connection.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread::{self, JoinHandle};

use super::*;
use crate::family::Family;

mod connections;

struct TestServer {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl TestServer {
    fn start(limits: Limits) -> Self {
        Self::with_page(limits, Page::new(Vec::new()))
    }

    fn with_page(limits: Limits, page: Page) -> Self {
        let (listener, address) = bind(&([127, 0, 0, 1], 0).into()).unwrap();
        let (stop, stopped) = oneshot::channel();
        let server = Server {
            listener,
            hosts: Hosts::bound_to(address),
            page,
            stopped,
        };
        // A thread whose panic fails the test, unlike that of the exporter.
        let thread = server.start_on(limits, |run| thread::Builder::new().spawn(run));
        let thread = thread.unwrap();
        Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        stream
    }

    /// Sends `bytes` and reads until the server closes the connection. Sending may fail if the
    /// server closes it first.
    fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        let _may_be_closed = stream.write_all(bytes);
        read_all(&mut stream)
    }

    fn scrape(&self) -> String {
        self.exchange(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
    }

    fn check_scrape(&self) {
        let page = self.scrape();
        assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
        assert!(page.contains("\nwf_build_info{"), "{page}");
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.thread.take().unwrap().join().unwrap();
    }
}

/// Longer than any test needs: only a failing test waits this long.
const DEADLINE: Duration = Duration::from_secs(20);

const KEEP_ALIVE: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

const METRICS: &[u8] = b"GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// A size of a page, in bytes, that no socket buffer holds.
const TOO_MUCH: usize = 64 << 20;

const SHORT: Limits = Limits {
    header_timeout: Duration::from_millis(150),
    write_timeout: Duration::from_millis(150),
    ..LIMITS
};

fn read_all(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    let ended = stream.read_to_end(&mut read);
    let waiting = ended.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
    assert!(
        !waiting,
        "the server did not close the connection after {} bytes",
        read.len()
    );
    String::from_utf8_lossy(&read).into_owned()
}

/// Reads one response on a connection that stays open.
fn read_response(stream: &mut TcpStream) {
    let mut read = Vec::new();
    while !read.ends_with(b"</html>\n") {
        let mut some = [0; 512];
        let count = stream.read(&mut some).unwrap();
        assert!(
            count > 0,
            "closed after {:?}",
            String::from_utf8_lossy(&read)
        );
        read.extend(&some[..count]);
    }
    assert!(read.starts_with(b"HTTP/1.1 200 OK\r\n"));
}

fn page_of(bytes: usize) -> Page {
    let help = "x".repeat(bytes);
    Page::new(vec![Box::new(move |families| {
        families.add(Family::gauge("large", help.clone()).sample(&[], 1.0))
    })])
}

fn check(request: &[u8], status: &str) {
    let server = TestServer::start(SHORT);
    let response = server.exchange(request);
    assert!(
        response.starts_with(status),
        "{status:?} expected, got {response:?}"
    );
    server.check_scrape();
}

#[test]
fn a_request_without_a_version_is_a_bad_request() {
    check(b"GET /metrics\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n");
}

#[test]
fn garbage_is_a_bad_request() {
    check(
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        "HTTP/1.1 400 Bad Request\r\n",
    );
    check(&[0xff; 4_096], "HTTP/1.1 400 Bad Request\r\n");
}

#[test]
fn a_header_above_the_limit_is_refused() {
    let huge = format!(
        "GET /metrics HTTP/1.1\r\nx: {}\r\n\r\n",
        "x".repeat(16 << 10)
    );
    check(huge.as_bytes(), "HTTP/1.1 431 ");
    let many = format!("GET /metrics HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(500));
    check(many.as_bytes(), "HTTP/1.1 431 ");
}

#[test]
fn a_long_path_is_refused() {
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(16 << 10));
    check(long.as_bytes(), "HTTP/1.1 4");
}

#[test]
fn the_server_does_not_wait_for_a_body() {
    check(
        b"POST /metrics HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000000\r\n\r\nx",
        "HTTP/1.1 405 ",
    );
    check(
        b"GET /metrics HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nfff\r\n",
        "HTTP/1.1 200 ",
    );
}

#[test]
fn an_incomplete_request_ends_the_connection() {
    check(b"", "");
    check(b"GET /metr", "");
    check(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\n", "");
}

#[test]
fn a_head_request_gets_the_size_and_no_body() {
    let server = TestServer::start(SHORT);
    let response =
        server.exchange(b"HEAD /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    assert!(
        response.starts_with("HTTP/1.1 200 OK\r\n") && response.ends_with("\r\n\r\n"),
        "{response}"
    );
    assert!(response.contains("content-length: "), "{response}");
}

#[test]
fn a_client_that_has_closed_its_sending_side_gets_its_response() {
    let server = TestServer::with_page(LIMITS, page_of(TOO_MUCH));
    let mut stream = server.connect();
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert!(read_all(&mut stream).len() > TOO_MUCH);
}

#[test]
fn pipelined_requests_get_their_responses_in_order() {
    let server = TestServer::start(SHORT);
    let responses = server.exchange(
        b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\nGET /nothing HTTP/1.1\r\nhost: localhost\r\n\r\n\
          GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
    );
    let statuses: Vec<_> = responses
        .match_indices("HTTP/1.1 ")
        .map(|(at, _)| &responses[at + 9..at + 12])
        .collect();
    assert_eq!(statuses, ["200", "404", "200"], "{responses}");
}

#[test]
fn an_idle_connection_is_closed() {
    let server = TestServer::start(SHORT);
    let mut stream = server.connect();
    stream.write_all(KEEP_ALIVE).unwrap();
    assert!(read_all(&mut stream).starts_with("HTTP/1.1 200 OK\r\n"));
}

#[test]
fn a_request_for_a_foreign_host_is_refused() {
    let server = TestServer::start(LIMITS);
    let ask = |request: &str| server.exchange(request.as_bytes());
    let rebound =
        ask("GET /metrics HTTP/1.1\r\nhost: evil.example:9464\r\nconnection: close\r\n\r\n");
    assert!(rebound.starts_with("HTTP/1.1 421 "), "{rebound}");
    assert!(
        rebound.contains("does not accept the host \"evil.example\""),
        "{rebound}"
    );
    assert!(!rebound.contains("wf_"), "{rebound}");
    let absolute = ask(
        "GET http://evil.example/metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
    );
    assert!(absolute.starts_with("HTTP/1.1 421 "), "{absolute}");
    let twice =
        ask("GET / HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\nconnection: close\r\n\r\n");
    assert!(twice.starts_with("HTTP/1.1 400 "), "{twice}");
    let none = ask("GET / HTTP/1.1\r\nconnection: close\r\n\r\n");
    assert!(none.starts_with("HTTP/1.1 400 "), "{none}");
    let old = ask("GET /metrics HTTP/1.0\r\n\r\n");
    assert!(old.starts_with("HTTP/1.0 200 "), "{old}");
}

#[test]
fn a_client_that_reads_nothing_is_disconnected_and_blocks_no_other() {
    let server = TestServer::with_page(SHORT, page_of(TOO_MUCH));
    let mut slow = server.connect();
    slow.write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .unwrap();
    assert!(
        server
            .exchange(b"GET / HTTP/1.0\r\n\r\n")
            .starts_with("HTTP/1.0 200 OK\r\n")
    );
    slow.read_exact(&mut [0]).unwrap();
    thread::sleep(SHORT.write_timeout * 4);
    assert!(
        read_all(&mut slow).len() < TOO_MUCH,
        "a slow client got all"
    );
}

#[test]
fn a_client_that_disconnects_during_its_response_blocks_no_other() {
    let server = TestServer::with_page(SHORT, page_of(TOO_MUCH));
    let mut client = server.connect();
    client
        .write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .unwrap();
    client.read_exact(&mut [0; 1_000]).unwrap();
    drop(client);
    assert!(
        server
            .exchange(b"GET / HTTP/1.0\r\n\r\n")
            .starts_with("HTTP/1.0 200 OK\r\n")
    );
}

#[test]
fn stopping_closes_every_connection() {
    let server = TestServer::start(LIMITS);
    let (mut idle, address) = (server.connect(), server.address);
    idle.write_all(b"GET / HT").unwrap();
    drop(server);
    assert_eq!(read_all(&mut idle), "");
    assert!(TcpStream::connect(address).is_err());
}
