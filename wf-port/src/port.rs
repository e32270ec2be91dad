//! A listening socket and its connection slots.

use std::io;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::connection::Connection;
use crate::limits::Limits;
use crate::slots::Slots;

/// A listening socket with a limit on its connections.
///
/// ```no_run
/// # async fn run(port: wf_port::Port) {
/// use http_body_util::Full;
/// use hyper::{Response, body::Bytes, service::service_fn};
///
/// loop {
///     let connection = port.accept().await;
///     let service = service_fn(async |_| {
///         Ok::<_, std::convert::Infallible>(Response::new(Full::new(Bytes::from("hello"))))
///     });
///     tokio::spawn(connection.serve(service, ()));
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct Port {
    listener: TcpListener,
    limits: Limits,
    slots: Slots,
}

impl Port {
    /// Creates a port that accepts connections from `listener` within `limits`.
    #[must_use]
    pub fn new(listener: TcpListener, limits: Limits) -> Self {
        let limits = limits.in_range();
        Self {
            listener,
            limits,
            slots: Slots::new(limits.max_connections),
        }
    }

    /// The listening socket.
    #[must_use]
    pub const fn listener(&self) -> &TcpListener {
        &self.listener
    }

    /// Returns the next connection once it has a slot. Dropping this future loses at most the
    /// connection that waits for a slot.
    ///
    /// Connections that end before they are accepted are skipped. When the process has no file
    /// descriptor left, an idle connection is closed, and the next attempt is made after
    /// [`Limits::accept_retry`].
    pub async fn accept(&self) -> Connection {
        let stream = self.accept_stream().await;
        let slot = self.slots.acquire().await;
        Connection::new(stream, slot, self.limits)
    }

    /// Closes the socket, then each connection after its current response, and waits for the last.
    pub async fn close(self) {
        drop(self.listener);
        self.slots.close_all().await;
    }

    async fn accept_stream(&self) -> TcpStream {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => return stream,
                Err(error) if is_caused_by_peer(&error) => {}
                Err(_) => {
                    self.slots.request_free_slot();
                    sleep(self.limits.accept_retry).await;
                }
            }
        }
    }
}

/// Returns true when the peer closed the connection before it was accepted.
fn is_caused_by_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}
