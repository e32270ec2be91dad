//! HTTP on a thread of its own.
//!
//! hyper on a single-threaded tokio runtime, not threads and a parser of our own: parsing HTTP from hostile input is what hyper is for,
//! a thread a connection would be sixteen stacks, and one thread gives the rule "one page at a time" without a lock. The runtime is
//! private: the application may use another one or none.

mod connection;
#[cfg(unix)]
mod inherited;
mod limits;
mod patient;
mod refusal;
mod route;

use std::cell::RefCell;
use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{self, Runtime};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::sleep;

use self::limits::Limits;
use crate::error::StartError;
use crate::page::Page;

/// Takes the address, before there is a thread.
pub(crate) fn bind(address: SocketAddr) -> Result<(StdListener, SocketAddr), StartError> {
    if !address.ip().is_loopback() {
        return Err(StartError::NotLoopback { address });
    }
    let bound = || {
        let listener = StdListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let local = listener.local_addr()?;
        Ok((listener, local))
    };
    bound().map_err(|source| StartError::Bind { address, source })
}

/// Serves on a new thread until the other end of `stopped` is dropped.
pub(crate) fn spawn(
    listener: StdListener,
    page: Page,
    stopped: oneshot::Receiver<()>,
) -> Result<JoinHandle<()>, StartError> {
    spawn_within(Limits::DEFAULT, listener, page, stopped)
        .map_err(|source| StartError::Thread { source })
}

/// The runtime is built, and in the end dropped, on its own thread: the caller may be inside another runtime, where neither is allowed.
fn spawn_within(
    limits: Limits,
    listener: StdListener,
    page: Page,
    stopped: oneshot::Receiver<()>,
) -> io::Result<JoinHandle<()>> {
    let (ready, is_ready) = mpsc::sync_channel(1);
    let run = move || match prepare(listener) {
        Ok((runtime, listener)) => {
            // Dropped before the runtime, which closes its own.
            #[cfg(unix)]
            let _closed = inherited::runtime_closed_in_child(&listener);
            let _listening = ready.send(Ok(()));
            LocalSet::new().block_on(&runtime, serve(listener, limits, page, stopped));
        }
        Err(error) => {
            let _told = ready.send(Err(error));
        }
    };
    let thread = thread::Builder::new()
        .name("wf-exporter".into())
        .spawn(run)?;
    is_ready
        .recv()
        .unwrap_or_else(|ended| Err(io::Error::other(ended)))?;
    Ok(thread)
}

fn prepare(listener: StdListener) -> io::Result<(Runtime, TcpListener)> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()?;
    let entered = runtime.enter();
    let listener = TcpListener::from_std(listener)?;
    drop(entered);
    Ok((runtime, listener))
}

async fn serve(listener: TcpListener, limits: Limits, page: Page, stopped: oneshot::Receiver<()>) {
    spawn_local(accept(listener, limits, Rc::new(RefCell::new(page))));
    let _the_handle_is_gone = stopped.await;
}

async fn accept(listener: TcpListener, limits: Limits, page: Rc<RefCell<Page>>) {
    #[cfg(unix)]
    let _closed = inherited::closed_in_child(&listener);
    let seats = Arc::new(Semaphore::new(limits.connections));
    let standing = Arc::new(Semaphore::new(limits.refusals));
    loop {
        let stream = next(&listener, limits).await;
        if let Ok(seat) = Arc::clone(&seats).try_acquire_owned() {
            let page = Rc::clone(&page);
            spawn_local(async move {
                connection::serve(stream, limits, page).await;
                drop(seat);
            });
        } else if let Ok(place) = Arc::clone(&standing).try_acquire_owned() {
            spawn_local(async move {
                refusal::refuse(stream, limits).await;
                drop(place);
            });
        }
    }
}

/// The next connection. Where the process has no descriptor left, asking again at once would only burn the processor.
async fn next(listener: &TcpListener, limits: Limits) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(_) => sleep(limits.retry).await,
        }
    }
}

#[cfg(test)]
mod tests;
