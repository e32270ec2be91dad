//! One connection, from its first byte to its end.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::ready;
use std::pin::pin;
use std::rc::Rc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::time::timeout;

#[cfg(unix)]
use super::inherited;
use super::limits::Limits;
use super::patient::Patient;
use super::route::respond;
use crate::page::Page;

/// Answers requests until the peer leaves, breaks the protocol, is too slow, or has had its time. None of these is an error to anybody.
pub(super) async fn serve(stream: TcpStream, limits: Limits, page: Rc<RefCell<Page>>) {
    #[cfg(unix)]
    let closed = inherited::closed_in_child(&stream);
    let service = service_fn(|request| {
        let response = respond(&request, || page.borrow_mut().render());
        ready(Ok::<_, Infallible>(response))
    });
    let stream = TokioIo::new(Patient::new(stream, limits.response));
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.request)
            .max_buf_size(limits.header)
            .half_close(true)
            .serve_connection(stream, service)
    );
    // Dropped before the connection, which closes the socket.
    #[cfg(unix)]
    let _closed = closed;
    if timeout(limits.life, connection.as_mut()).await.is_err() {
        connection.as_mut().graceful_shutdown();
        let _ended_either_way = timeout(limits.request + limits.response, connection).await;
    }
}
