//! Connections: bounded in number and in the time that a request may take to arrive.
//!
//! `axum::serve` has neither bound, so that a handful of clients that never end their headers would hold every descriptor of the process.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::sleep;

/// How long a client may take over the headers of a request, the wait for the next request on the same connection included.
const HEADERS: Duration = Duration::from_secs(30);

/// Connections at once: a quarter of the 1,024 descriptors that a process commonly has. Others wait until one of these ends.
const CONNECTIONS: usize = 256;

/// The wait after a connection could not be accepted, which is mostly for want of a descriptor.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` completes, then until the requests under way have their answers.
///
/// # Errors
/// When the socket fails.
pub(super) async fn serve(
    listener: TcpListener,
    routes: Router,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let under_way = GracefulShutdown::new();
    let accepting = accept(&listener, &routes, &under_way);
    tokio::select! {
        () = accepting => {}
        () = pin!(stop) => {}
    }
    under_way.shutdown().await;
    Ok(())
}

async fn accept(listener: &TcpListener, routes: &Router, under_way: &GracefulShutdown) {
    let seats = Arc::new(Semaphore::new(CONNECTIONS));
    while let Ok(seat) = Arc::clone(&seats).acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        let connection = under_way.watch(answer(stream, routes.clone()));
        tokio::spawn(async move {
            // Its only errors are the client's: it left, or what it sent is not HTTP.
            let _ = connection.await;
            drop(seat);
        });
    }
}

fn answer(
    stream: TcpStream,
    routes: Router,
) -> http1::Connection<TokioIo<TcpStream>, TowerToHyperService<Router>> {
    // A token is a small packet that must not wait for the next one.
    let _ = stream.set_nodelay(true);
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
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

    #[tokio::test]
    async fn who_finds_every_seat_taken_is_served_when_one_is_free() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, routes(), std::future::pending()));
        let mut seated = Vec::new();
        for _ in 0..CONNECTIONS {
            let mut client = TcpStream::connect(address).await.unwrap();
            ask(&mut client).await;
            seated.push(client);
        }
        let mut late = TcpStream::connect(address).await.unwrap();
        let waiting = tokio::time::timeout(Duration::from_millis(50), ask(&mut late)).await;
        assert!(waiting.is_err(), "served beyond the bound");
        seated.pop();
        let mut answer = [0; 15];
        late.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
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

    async fn ask(client: &mut TcpStream) {
        client
            .write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n")
            .await
            .unwrap();
        let mut answer = [0; 15];
        client.read_exact(&mut answer).await.unwrap();
    }
}
