//! A port and its connections, on real sockets.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{spawn_blocking, yield_now};
use wf_port::{CloseSignal, Limits, Port};

/// Only a failing test waits as long.
const DEADLINE: Duration = Duration::from_secs(20);

const LIMITS: Limits = Limits {
    max_connections: 1,
    header_timeout: DEADLINE,
    write_timeout: DEADLINE,
    write_timeout_when_full: DEADLINE,
    max_header_bytes: 8 << 10,
    accept_retry: Duration::from_millis(1),
};

async fn port(limits: Limits) -> (Port, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (Port::new(listener, limits), address)
}

fn ask(address: SocketAddr) -> TcpStream {
    let mut client = TcpStream::connect(address).unwrap();
    client.set_read_timeout(Some(DEADLINE)).unwrap();
    client
        .write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .unwrap();
    client
}

fn hello() -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::new(Bytes::from("hello"))))
}

async fn serve_hello(port: Port) {
    loop {
        let service = service_fn(async |_: Request<Incoming>| hello());
        tokio::spawn(port.accept().await.serve(service, ()));
    }
}

fn close_signal(request: &Request<Incoming>) -> CloseSignal {
    request.extensions().get::<CloseSignal>().unwrap().clone()
}

/// Reads the status line on a thread that may block.
async fn status(mut client: TcpStream) -> (TcpStream, String) {
    let read = move || {
        let mut status = [0; 12];
        client.read_exact(&mut status).unwrap();
        (client, String::from_utf8_lossy(&status).into_owned())
    };
    spawn_blocking(read).await.unwrap()
}

#[tokio::test]
async fn requests_sent_before_the_connection_is_accepted_get_a_response() {
    let (port, address) = port(LIMITS).await;
    let clients: Vec<_> = (0..100).map(|_| ask(address)).collect();
    tokio::spawn(serve_hello(port));
    for client in clients {
        assert_eq!(status(client).await.1, "HTTP/1.1 200");
    }
}

#[tokio::test]
async fn a_request_in_progress_keeps_its_slot_and_the_next_connection_comes_after_it() {
    let (port, address) = port(LIMITS).await;
    let (first, second) = (ask(address), ask(address));
    let served = async move {
        let until_another_comes = service_fn(async |request| {
            close_signal(&request).requested().await;
            hello()
        });
        tokio::spawn(port.accept().await.serve(until_another_comes, ()));
        let connection = port.accept().await;
        connection.serve(service_fn(async |_| hello()), ()).await;
    };
    tokio::spawn(served);
    let (mut first, line) = status(first).await;
    assert_eq!(line, "HTTP/1.1 200");
    assert_eq!(status(second).await.1, "HTTP/1.1 200");
    let ended = spawn_blocking(move || first.read_to_end(&mut Vec::new()));
    ended.await.unwrap().unwrap();
}

#[tokio::test]
async fn every_task_of_a_handler_gets_the_close_signal() {
    let (port, address) = port(LIMITS).await;
    let first = ask(address);
    let (waiting, are_waiting) = oneshot::channel();
    let waiting = Mutex::new(Some(waiting));
    let until_all_have_it = service_fn(move |request: Request<Incoming>| {
        let tasks: Vec<_> = (0..3)
            .map(|_| tokio::spawn(wait(close_signal(&request))))
            .collect();
        let waiting = waiting.lock().unwrap().take().unwrap();
        async {
            // Each task starts to wait, then the connection does.
            yield_now().await;
            waiting.send(()).unwrap();
            for task in tasks {
                task.await.unwrap();
            }
            hello()
        }
    });
    tokio::spawn(async move {
        tokio::spawn(port.accept().await.serve(until_all_have_it, ()));
        let connection = port.accept().await;
        connection.serve(service_fn(async |_| hello()), ()).await;
    });
    are_waiting.await.unwrap();
    let second = ask(address);
    assert_eq!(status(first).await.1, "HTTP/1.1 200");
    assert_eq!(status(second).await.1, "HTTP/1.1 200");
}

async fn wait(signal: CloseSignal) {
    signal.requested().await;
}

#[tokio::test]
async fn limits_out_of_range_are_replaced_by_the_nearest_in_range() {
    let longest = Duration::MAX;
    let (port, address) = port(Limits {
        max_connections: 0,
        header_timeout: longest,
        write_timeout: longest,
        write_timeout_when_full: longest,
        max_header_bytes: 0,
        accept_retry: longest,
    })
    .await;
    let clients = [ask(address), ask(address)];
    tokio::spawn(serve_hello(port));
    for client in clients {
        assert_eq!(status(client).await.1, "HTTP/1.1 200");
    }
}

#[tokio::test]
async fn closing_waits_for_responses_but_not_for_idle_connections() {
    let limits = Limits {
        max_connections: 2,
        ..LIMITS
    };
    let (port, address) = port(limits).await;
    let (_idle, busy) = (TcpStream::connect(address).unwrap(), ask(address));
    let (begun, has_begun) = oneshot::channel();
    let begun = Mutex::new(Some(begun));
    let until_it_closes = service_fn(async |request| {
        begun.lock().unwrap().take().unwrap().send(()).unwrap();
        close_signal(&request).requested().await;
        hello()
    });
    let idle = port.accept().await.serve(service_fn(async |_| hello()), ());
    let responding = port.accept().await.serve(until_it_closes, ());
    let closed = async {
        has_begun.await.unwrap();
        port.close().await;
    };
    tokio::join!(idle, responding, closed);
    assert_eq!(status(busy).await.1, "HTTP/1.1 200");
    assert!(TcpStream::connect(address).is_err());
}
