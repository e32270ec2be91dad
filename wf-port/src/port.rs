//! A listening socket and the seats behind it.

use std::io;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::limits::Limits;
use crate::seats::Seats;
use crate::visitor::Visitor;

/// A listening socket whose connections are bounded.
///
/// ```no_run
/// # async fn run(port: wf_port::Port) {
/// use http_body_util::Full;
/// use hyper::{Response, body::Bytes, service::service_fn};
///
/// loop {
///     let visitor = port.next().await;
///     let service = service_fn(async |_| {
///         Ok::<_, std::convert::Infallible>(Response::new(Full::new(Bytes::from("hello"))))
///     });
///     tokio::spawn(visitor.serve(service, ()));
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct Port {
    listener: TcpListener,
    limits: Limits,
    seats: Seats,
}

impl Port {
    /// A port on `listener` within `limits`.
    #[must_use]
    pub fn new(listener: TcpListener, limits: Limits) -> Self {
        let limits = limits.in_range();
        Self {
            listener,
            limits,
            seats: Seats::new(limits.connections),
        }
    }

    /// The listening socket.
    #[must_use]
    pub const fn listener(&self) -> &TcpListener {
        &self.listener
    }

    /// The next connection, once there is a seat for it. Where this future is dropped, at most the
    /// connection that was waiting is lost.
    ///
    /// Connections that end while they are accepted are passed over. Where the process has no
    /// descriptor left, an idle peer leaves, and the next attempt is made after [`Limits::retry`].
    pub async fn next(&self) -> Visitor {
        let stream = self.accept().await;
        let seat = self.seats.take().await;
        Visitor::new(stream, seat, self.limits)
    }

    /// Closes the socket and waits until every peer has left, those that are being answered after
    /// that answer.
    pub async fn close(self) {
        drop(self.listener);
        self.seats.empty().await;
    }

    async fn accept(&self) -> TcpStream {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => return stream,
                Err(error) if is_of_the_peer(&error) => {}
                Err(_) => {
                    self.seats.make_room();
                    sleep(self.limits.retry).await;
                }
            }
        }
    }
}

/// True where the peer left before it was accepted.
fn is_of_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}
