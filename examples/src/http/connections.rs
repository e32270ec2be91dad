//! Connections: bounded in number and in the time that a request may take to arrive.
//!
//! `axum::serve` has neither bound, so that a handful of clients that never end their headers would hold every descriptor of the process.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::peer::Peer;

/// How long a client may take over the headers of a request, the wait for the next request on the same connection included.
const HEADERS: Duration = Duration::from_secs(30);

/// Connections at once: more than the engine lets wait and run, so that who finds its queue full is told so; half of the 1,024 descriptors
/// that a process commonly has. Others wait until one of these ends.
const CONNECTIONS: usize = 512;

/// The wait after a connection could not be accepted, which is mostly for want of a descriptor.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` completes, then until the requests under way have their answers; whoever comes then is refused.
pub(super) async fn serve(listener: TcpListener, routes: Router, stop: impl Future<Output = ()>) {
    let under_way = GracefulShutdown::new();
    tokio::select! {
        () = accept(&listener, &routes, &under_way, CONNECTIONS) => {}
        () = stop => {}
    }
    drop(listener);
    under_way.shutdown().await;
}

async fn accept(
    listener: &TcpListener,
    routes: &Router,
    under_way: &GracefulShutdown,
    connections: usize,
) {
    let seats = Arc::new(Semaphore::new(connections));
    while let Ok(seat) = Arc::clone(&seats).acquire_owned().await {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) if is_of_the_client(&error) => continue,
            Err(_) => {
                sleep(PAUSE).await;
                continue;
            }
        };
        let connection = under_way.watch(answer(stream, routes.clone()));
        tokio::spawn(async move {
            // Its only errors are the client's: it left, or what it sent is not HTTP.
            let _ = connection.await;
            drop(seat);
        });
    }
}

/// It left before it was accepted.
fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

fn answer(
    stream: TcpStream,
    routes: Router,
) -> http1::Connection<TokioIo<TcpStream>, TowerToHyperService<Router>> {
    // A token is a small packet that must not wait for the next one.
    let _ = stream.set_nodelay(true);
    let routes = match Peer::of(&stream) {
        Some(peer) => routes.layer(Extension(peer)),
        None => routes,
    };
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        // A client may close its sending side once it has asked.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes))
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::Instant;

    use super::*;

    /// Time stands still and jumps to the next timer whenever everybody waits.
    #[tokio::test(start_paused = true)]
    async fn a_client_that_never_ends_its_headers_is_let_go() {
        let mut client = connect().await;
        let begun = Instant::now();
        client.write_all(b"GET / HTTP/1.1\r\nhost: ").await.unwrap();
        let mut answer = Vec::new();
        let _ = client.read_to_end(&mut answer).await;
        assert_eq!(begun.elapsed().as_secs(), HEADERS.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_asks_nothing_more_is_let_go() {
        let mut client = connect().await;
        assert_eq!(ask(&mut client).await, *b"HTTP/1.1 200 OK");
        let begun = Instant::now();
        let mut rest = Vec::new();
        let _ = client.read_to_end(&mut rest).await;
        assert_eq!(begun.elapsed().as_secs(), HEADERS.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn who_finds_every_seat_taken_is_served_when_one_is_free() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let under_way = GracefulShutdown::new();
        tokio::spawn(async move { accept(&listener, &routes(), &under_way, 2).await });
        let mut seated = [
            TcpStream::connect(address).await.unwrap(),
            TcpStream::connect(address).await.unwrap(),
        ];
        for client in &mut seated {
            assert_eq!(ask(client).await, *b"HTTP/1.1 200 OK");
        }
        let mut late = TcpStream::connect(address).await.unwrap();
        // Longer than anything takes, and shorter than the seated may keep their seats without another request.
        let waiting = tokio::time::timeout(HEADERS / 2, ask(&mut late)).await;
        assert!(waiting.is_err(), "served beyond the bound");
        drop(seated);
        let mut answer = [0; 15];
        late.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, *b"HTTP/1.1 200 OK");
    }

    #[tokio::test]
    async fn who_comes_while_others_are_answered_at_the_end_is_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        serve(listener, routes(), std::future::ready(())).await;
        let refused = TcpStream::connect(address).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    }

    async fn connect() -> TcpStream {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, routes(), std::future::pending()));
        TcpStream::connect(address).await.unwrap()
    }

    fn routes() -> Router {
        Router::new().route("/", get(async || "here"))
    }

    /// Asks, and reads the first of the answer.
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
