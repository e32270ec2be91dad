//! The HTTP server, on a thread of its own.
//!
//! A single-threaded tokio runtime: one thread gives the rule "one page at a time" without a lock.
//! The runtime is private: the application may use another one or none.

#[cfg(unix)]
mod inherited;
mod route;

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::rc::Rc;
use std::sync::mpsc;
use std::time::Duration;

use hyper::service::service_fn;
use tokio::net::TcpListener;
use tokio::runtime::{self, Runtime};
use tokio::sync::oneshot;
use tokio::task::{LocalSet, spawn_local, yield_now};
use wf_instrument::fork::Thread;
use wf_port::{Address, Hosts, Limits, Port};

use self::route::respond;
use crate::error::StartError;
use crate::page::{Page, SharedPage};

/// Limits on what clients may take of the process. Prometheus holds one connection.
const LIMITS: Limits = Limits {
    max_connections: 64,
    header_timeout: Duration::from_secs(5),
    write_timeout: Duration::from_secs(10),
    write_timeout_when_full: Duration::from_millis(500),
    max_header_bytes: 8 << 10,
    accept_retry: Duration::from_millis(100),
};

/// Binds the first of the addresses that can be bound, before there is a thread.
pub(crate) fn bind(address: &Address) -> Result<(StdListener, SocketAddr), StartError> {
    let resolve = |source| StartError::Resolve {
        address: address.clone(),
        source,
    };
    let addresses = address.resolve().map_err(resolve)?;
    match addresses.iter().find(|address| !address.ip().is_loopback()) {
        Some(&address) => Err(StartError::NotLoopback { address }),
        None => bind_first(&addresses).map_err(|source| StartError::Bind {
            address: address.clone(),
            source,
        }),
    }
}

fn bind_first(addresses: &[SocketAddr]) -> io::Result<(StdListener, SocketAddr)> {
    let listener = StdListener::bind(addresses)?;
    listener.set_nonblocking(true)?;
    let local = listener.local_addr()?;
    Ok((listener, local))
}

/// A server that is not started yet.
pub(crate) struct Server {
    pub(crate) listener: StdListener,
    pub(crate) hosts: Hosts,
    pub(crate) page: Page,
    /// The server ends when the other end is dropped.
    pub(crate) stopped: oneshot::Receiver<()>,
}

impl Server {
    /// Serves on a new thread.
    pub(crate) fn start(self) -> Result<Thread, StartError> {
        self.start_on(LIMITS, |run| Thread::spawn("wf-exporter", run))
            .map_err(|source| StartError::Thread { source })
    }

    /// The runtime is built and dropped on the new thread: the caller may be inside another
    /// runtime, where neither is allowed.
    fn start_on<T>(
        self,
        limits: Limits,
        spawn: impl FnOnce(Box<dyn FnOnce() + Send>) -> io::Result<T>,
    ) -> io::Result<T> {
        let (ready, is_ready) = mpsc::sync_channel(1);
        let thread = spawn(Box::new(move || self.run(limits, &ready)))?;
        is_ready
            .recv()
            .unwrap_or_else(|ended| Err(io::Error::other(ended)))?;
        Ok(thread)
    }

    fn run(self, limits: Limits, ready: &mpsc::SyncSender<io::Result<()>>) {
        match prepare(self.listener) {
            Ok((runtime, listener)) => {
                // Dropped before the runtime, which closes its own.
                #[cfg(unix)]
                let _closed = inherited::runtime_closed_in_child(&listener);
                let _listening = ready.send(Ok(()));
                let port = Port::new(listener, limits);
                let serve = serve(port, self.hosts, self.page, self.stopped);
                LocalSet::new().block_on(&runtime, serve);
            }
            Err(error) => {
                let _caller_is_gone = ready.send(Err(error));
            }
        }
    }
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

async fn serve(port: Port, hosts: Hosts, page: Page, stopped: oneshot::Receiver<()>) {
    spawn_local(accept(port, hosts, page));
    let _the_handle_is_gone = stopped.await;
}

async fn accept(port: Port, hosts: Hosts, page: Page) {
    let (hosts, page) = (Rc::new(hosts), Rc::new(SharedPage::new(page)));
    #[cfg(unix)]
    let _closed = inherited::closed_in_child(port.listener());
    loop {
        let connection = port.accept().await;
        let (hosts, page) = (Rc::clone(&hosts), Rc::clone(&page));
        let service = service_fn(move |request| {
            let (hosts, page) = (Rc::clone(&hosts), Rc::clone(&page));
            let arrival = page.arrival();
            async move {
                // The other requests that have been received are parsed meanwhile.
                yield_now().await;
                let response = respond(&hosts, &request, || page.since(arrival));
                Ok::<_, Infallible>(response)
            }
        });
        #[cfg(unix)]
        let closed = inherited::closed_in_child(connection.stream());
        #[cfg(not(unix))]
        let closed = ();
        spawn_local(connection.serve(service, closed));
    }
}

#[cfg(test)]
mod tests;
