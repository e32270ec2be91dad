//! One connection, from its first byte to its end.

use std::error::Error;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::task::yield_now;

use crate::limits::Limits;
use crate::response::ResponseGuard;
use crate::slots::Slot;
use crate::write_timeout::WriteTimeout;

/// An accepted connection that has a slot.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    slot: Arc<Slot>,
    limits: Limits,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, slot: Slot, limits: Limits) -> Self {
        Self {
            stream,
            slot: Arc::new(slot),
            limits,
        }
    }

    /// The socket of the connection.
    #[must_use]
    pub const fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Serves requests until the peer closes the connection, breaks the protocol or is too slow,
    /// or until another connection needs the slot. None of these is an error of the caller, so
    /// none is returned.
    ///
    /// A peer that has closed its sending side still gets its response: until something is written,
    /// it cannot be distinguished from one that is gone. Each write is sent at once
    /// (`TCP_NODELAY`), so that a token does not wait for the next one.
    ///
    /// `held` is dropped before the socket.
    pub async fn serve<S, B, H>(self, service: S, held: H)
    where
        S: Service<Request<Incoming>, Response = Response<B>>,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        B: Body + Unpin + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let (slot, limits) = (self.slot, self.limits);
        // Without it responses come later, which is no reason to refuse them.
        let _ = self.stream.set_nodelay(true);
        let stream = WriteTimeout::new(self.stream, Arc::clone(&slot), limits);
        let service = service_fn(|mut request: Request<Incoming>| {
            let signal = CloseSignal(Arc::clone(&slot));
            request.extensions_mut().insert(signal);
            let guard = ResponseGuard::begin(&slot);
            let response = service.call(request);
            async { Ok::<_, S::Error>(response.await?.map(|body| guard.with_body(body))) }
        });
        let mut connection = pin!(
            http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(limits.header_timeout)
                .max_buf_size(limits.max_header_bytes)
                .half_close(true)
                .serve_connection(TokioIo::new(stream), service)
        );
        // Declared after the connection, so dropped before it.
        let _held = held;
        let mut close_requested = pin!(slot.close_requested());
        let ended = poll_fn(|cx| match connection.as_mut().poll(cx) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending => close_requested.as_mut().poll(cx).map(|()| false),
        });
        if ended.await {
            return;
        }
        // The runtime polls its sockets meanwhile: a request that has already arrived is answered.
        yield_now().await;
        let ended = poll_fn(|cx| Poll::Ready(connection.as_mut().poll(cx).is_ready())).await;
        if !ended && !slot.is_idle() {
            connection.as_mut().graceful_shutdown();
            let _either_way = connection.as_mut().await;
        }
    }
}

/// Signal that the connection of a request should close soon.
///
/// It is among the extensions of each request.
#[derive(Clone, Debug)]
pub struct CloseSignal(Arc<Slot>);

impl CloseSignal {
    /// Completes when another connection waits for the slot, or when the port closes. From then on
    /// a handler should wait at most a second for the rest of the request's body.
    pub async fn requested(&self) {
        self.0.close_requested().await;
    }
}
