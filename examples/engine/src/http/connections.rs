//! Connections, limited in number and in time.

use std::time::Duration;

use axum::{Extension, Router};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use wf_port::{Limits, Port};

use super::peer::Peer;

/// More connections than requests that may run and wait, so that the gate rejects, not the
/// listener; half of the 1,024 file descriptors that a process commonly has.
const LIMITS: Limits = Limits {
    max_connections: 512,
    header_timeout: Duration::from_secs(30),
    write_timeout: Duration::from_secs(30),
    write_timeout_when_full: Duration::from_secs(1),
    max_header_bytes: 64 << 10,
    accept_retry: Duration::from_millis(100),
};

/// Serves until `stop` completes, then until the open requests have their responses; new
/// connections are refused.
pub(super) async fn serve(listener: TcpListener, routes: Router, stop: impl Future<Output = ()>) {
    serve_within(LIMITS, listener, routes, stop).await;
}

async fn serve_within(
    limits: Limits,
    listener: TcpListener,
    routes: Router,
    stop: impl Future<Output = ()>,
) {
    let port = Port::new(listener, limits);
    let serve = async {
        loop {
            let connection = port.accept().await;
            // A client that has reset its connection cannot receive a response.
            let Some(peer) = Peer::of(connection.stream()) else {
                continue;
            };
            let routes = routes.clone().layer(Extension(peer));
            tokio::spawn(connection.serve(TowerToHyperService::new(routes), ()));
        }
    };
    tokio::select! {
        () = serve => {}
        () = stop => {}
    }
    port.close().await;
}

#[cfg(test)]
mod tests {
    use std::io;

    use axum::response::sse::{Event, Sse};
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::time::Instant;

    use super::*;
    use crate::http::body::Body;

    /// Time is paused and advances to the next timer when all tasks wait.
    #[tokio::test(start_paused = true)]
    async fn a_client_that_never_ends_its_headers_is_disconnected() {
        let mut client = connect().await;
        let begun = Instant::now();
        client.write_all(b"GET / HTTP/1.1\r\nhost: ").await.unwrap();
        let mut answer = Vec::new();
        let _ = client.read_to_end(&mut answer).await;
        assert_eq!(begun.elapsed().as_secs(), LIMITS.header_timeout.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_client_is_disconnected() {
        let mut client = connect().await;
        assert_eq!(ask(&mut client).await, *b"HTTP/1.1 200 OK");
        let begun = Instant::now();
        let mut rest = Vec::new();
        let _ = client.read_to_end(&mut rest).await;
        assert_eq!(begun.elapsed().as_secs(), LIMITS.header_timeout.as_secs());
    }

    #[tokio::test]
    async fn idle_and_unreading_peers_do_not_block_a_client() {
        let address = start(Limits {
            max_connections: 8,
            write_timeout_when_full: Duration::from_millis(50),
            ..LIMITS
        })
        .await;
        let mut held = Vec::new();
        for number in 0..20 {
            let mut peer = TcpStream::connect(address).await.unwrap();
            if number % 2 == 0 {
                // Unread responses fill the socket buffers of the peer.
                let asked = b"GET /much HTTP/1.1\r\nhost: here\r\n\r\n".repeat(50);
                let _may_have_been_asked_to_leave = peer.write_all(&asked).await;
            }
            held.push(peer);
        }
        let mut client = TcpStream::connect(address).await.unwrap();
        assert_eq!(ask(&mut client).await, *b"HTTP/1.1 200 OK");
        drop(held);
    }

    #[tokio::test]
    async fn stalled_bodies_do_not_block_a_client() {
        let limits = Limits {
            max_connections: 4,
            ..LIMITS
        };
        let address = start(limits).await;
        let mut held = Vec::new();
        for _ in 0..limits.max_connections {
            let mut peer = TcpStream::connect(address).await.unwrap();
            let half = b"POST /body HTTP/1.1\r\nhost: here\r\ncontent-length: 9\r\n\r\n{";
            peer.write_all(half).await.unwrap();
            held.push(peer);
        }
        let mut client = TcpStream::connect(address).await.unwrap();
        assert_eq!(ask(&mut client).await, *b"HTTP/1.1 200 OK");
        drop(held);
    }

    #[tokio::test]
    async fn a_request_whose_client_reset_before_accept_is_not_served() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut reset = TcpStream::connect(address).await.unwrap();
        let request = b"POST /reset HTTP/1.1\r\nhost: here\r\n\r\n";
        reset.write_all(request).await.unwrap();
        reset.set_zero_linger().unwrap();
        drop(reset);
        let (served, mut was_served) = tokio::sync::mpsc::unbounded_channel();
        let routes = routes().route("/reset", post(async move || served.send(()).unwrap()));
        let serve = serve_within(LIMITS, listener, routes, std::future::pending());
        tokio::spawn(serve);
        for _ in 0..20 {
            let mut client = TcpStream::connect(address).await.unwrap();
            assert_eq!(ask(&mut client).await, *b"HTTP/1.1 200 OK");
        }
        assert!(was_served.try_recv().is_err());
    }

    #[tokio::test]
    async fn a_stream_under_way_keeps_its_slot_while_others_connect() {
        let address = start(Limits {
            max_connections: 2,
            write_timeout_when_full: Duration::from_millis(50),
            ..LIMITS
        })
        .await;
        let mut streaming = TcpStream::connect(address).await.unwrap();
        let request = b"GET /stream HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";
        streaming.write_all(request).await.unwrap();
        streaming.read_exact(&mut [0; 15]).await.unwrap();
        for _ in 0..20 {
            let mut client = TcpStream::connect(address).await.unwrap();
            assert_eq!(ask(&mut client).await, *b"HTTP/1.1 200 OK");
        }
        let mut more = TcpStream::connect(address).await.unwrap();
        more.write_all(b"POST /end HTTP/1.0\r\n\r\n").await.unwrap();
        let mut rest = String::new();
        streaming.read_to_string(&mut rest).await.unwrap();
        assert!(rest.ends_with("data: end\n\n\r\n0\r\n\r\n"), "{rest}");
    }

    #[tokio::test]
    async fn a_connection_during_shutdown_is_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        serve(listener, routes(), std::future::ready(())).await;
        let refused = TcpStream::connect(address).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    }

    async fn start(limits: Limits) -> std::net::SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve_within(
            limits,
            listener,
            routes(),
            std::future::pending(),
        ));
        address
    }

    async fn connect() -> TcpStream {
        TcpStream::connect(start(LIMITS).await).await.unwrap()
    }

    /// `/stream` starts at once and ends after a request for `/end`.
    fn routes() -> Router {
        let ended = std::sync::Arc::new(tokio::sync::Notify::new());
        let end = std::sync::Arc::clone(&ended);
        let stream = async move || {
            let events = futures_util::stream::unfold(0, move |number| {
                let ended = std::sync::Arc::clone(&ended);
                async move {
                    if number == 1 {
                        ended.notified().await;
                    }
                    let data = *["begin", "end"].get(number)?;
                    let event = Event::default().data(data);
                    Some((Ok::<_, io::Error>(event), number + 1))
                }
            });
            Sse::new(events)
        };
        Router::new()
            .route("/", get(async || "here"))
            .route("/much", get(async || "x".repeat(1 << 20)))
            .route("/stream", get(stream))
            .route("/body", post(async |body: Body| body.0.map(drop)))
            .route("/end", post(async move || end.notify_one()))
    }

    /// Sends a request and reads the beginning of the response.
    async fn ask(client: &mut TcpStream) -> [u8; 15] {
        client
            .write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n")
            .await
            .unwrap();
        let mut answer = [0; 15];
        client.read_exact(&mut answer).await.unwrap();
        answer
    }
}
