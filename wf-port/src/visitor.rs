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

use crate::answer::Answering;
use crate::limits::Limits;
use crate::patient::Patient;
use crate::seats::Seat;

/// A connection that has a seat.
#[derive(Debug)]
pub struct Visitor {
    stream: TcpStream,
    seat: Arc<Seat>,
    limits: Limits,
}

impl Visitor {
    pub(crate) fn new(stream: TcpStream, seat: Seat, limits: Limits) -> Self {
        Self {
            stream,
            seat: Arc::new(seat),
            limits,
        }
    }

    /// The connection.
    #[must_use]
    pub const fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Answers requests until the peer leaves, breaks the protocol, is too slow, or another one
    /// needs the seat. None of these is an error of the caller's, so none is returned.
    ///
    /// A peer that has closed its sending side still gets its answer: it looks the same as one that
    /// has left, until something is written to it. A packet is sent as soon as it is written, so a
    /// token does not wait for the next.
    ///
    /// `held` is dropped before the socket.
    pub async fn serve<S, B, H>(self, service: S, held: H)
    where
        S: Service<Request<Incoming>, Response = Response<B>>,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        B: Body + Unpin + 'static,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let (seat, limits) = (self.seat, self.limits);
        // Without it answers come later, which is no reason to refuse them.
        let _ = self.stream.set_nodelay(true);
        let stream = Patient::new(self.stream, Arc::clone(&seat), limits);
        let service = service_fn(|mut request: Request<Incoming>| {
            request.extensions_mut().insert(Crowd(Arc::clone(&seat)));
            let answering = Answering::begin(&seat);
            let response = service.call(request);
            async { Ok::<_, S::Error>(response.await?.map(|body| answering.with(body))) }
        });
        let mut connection = pin!(
            http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(limits.request)
                .max_buf_size(limits.header)
                .half_close(true)
                .serve_connection(TokioIo::new(stream), service)
        );
        // Declared after the connection, so dropped before it.
        let _held = held;
        let mut asked = pin!(seat.asked());
        let ended = poll_fn(|cx| match connection.as_mut().poll(cx) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending => asked.as_mut().poll(cx).map(|()| false),
        });
        if ended.await {
            return;
        }
        // A request that has arrived already is answered: the runtime looks at its sockets
        // meanwhile.
        yield_now().await;
        let ended = poll_fn(|cx| Poll::Ready(connection.as_mut().poll(cx).is_ready())).await;
        if !ended && !seat.is_idle() {
            connection.as_mut().graceful_shutdown();
            let _either_way = connection.as_mut().await;
        }
    }
}

/// The demand for a connection's seat; in the extensions of each request.
#[derive(Clone, Debug)]
pub struct Crowd(Arc<Seat>);

impl Crowd {
    /// Completes when another peer waits for the seat, or the port closes. From then on a handler
    /// should wait for the rest of a request's body for a second at most.
    pub async fn waits(&self) {
        self.0.asked().await;
    }
}
