//! A check whether the client of a connection has disconnected.
//!
//! A client that closed its sending side may still wait for its response or be gone: TCP cannot
//! tell until data is sent. A stream sends data with each token, a response in one piece only at
//! its end. For clients on this machine the kernel knows more: the socket of one that is gone has
//! no owner.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::time::sleep;

use super::sockets;

/// The two addresses of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer {
    ours: SocketAddr,
    theirs: SocketAddr,
}

impl Peer {
    /// `None` if the connection is already broken.
    pub(super) fn of(stream: &TcpStream) -> Option<Self> {
        let canonical =
            |address: SocketAddr| SocketAddr::new(address.ip().to_canonical(), address.port());
        Some(Self {
            ours: canonical(stream.local_addr().ok()?),
            theirs: canonical(stream.peer_addr().ok()?),
        })
    }

    /// Completes within about a second after the client disconnected. Never completes for a client
    /// on another machine, or if the kernel offers no list of sockets.
    pub(super) async fn disconnected(self) {
        loop {
            // A list from before the connection does not contain it.
            sleep(PERIOD).await;
            if self.theirs.ip().is_loopback() && self.is_disconnected() {
                return;
            }
        }
    }

    fn is_disconnected(self) -> bool {
        let owned = owned();
        owned.is_some_and(|owned| !owned.contains(&(self.theirs, self.ours)))
    }
}

/// Local and remote addresses of sockets.
type Ends = HashSet<(SocketAddr, SocketAddr)>;

/// Sockets that have an owner, at most [`PERIOD`] old: the list is read once for all connections.
fn owned() -> Option<Arc<Ends>> {
    static LAST: Mutex<Option<(Instant, Arc<Ends>)>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match &*last {
        Some((at, owned)) if at.elapsed() < PERIOD => Some(Arc::clone(owned)),
        _ => {
            let owned = Arc::new(sockets::owned()?);
            *last = Some((Instant::now(), Arc::clone(&owned)));
            Some(owned)
        }
    }
}

/// Reading a list of a thousand sockets takes a millisecond.
const PERIOD: Duration = Duration::from_millis(250);
