//! A check whether the client of a connection has left.
//!
//! A client that has closed its sending side may wait for its answer or have left: to TCP both are
//! the same until something is sent to it. A streamed answer sends something with each token, an
//! answer in one piece only at its end. Of clients on this machine the kernel knows more: the socket
//! of one that has left has no owner.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::time::sleep;

use super::sockets;

/// A connection's two ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer {
    ours: SocketAddr,
    theirs: SocketAddr,
}

impl Peer {
    /// `None` where the connection is broken already.
    pub(super) fn of(stream: &TcpStream) -> Option<Self> {
        let canonical =
            |address: SocketAddr| SocketAddr::new(address.ip().to_canonical(), address.port());
        Some(Self {
            ours: canonical(stream.local_addr().ok()?),
            theirs: canonical(stream.peer_addr().ok()?),
        })
    }

    /// Completes within about a second after the client has left. Never completes for a client on
    /// another machine, or where the kernel has no list of sockets.
    pub(super) async fn gone(self) {
        loop {
            // Before the first look: a list from before the connection does not have it.
            sleep(PERIOD).await;
            if self.theirs.ip().is_loopback() && self.is_gone() {
                return;
            }
        }
    }

    fn is_gone(self) -> bool {
        let owned = owned();
        owned.is_some_and(|owned| !owned.contains(&(self.theirs, self.ours)))
    }
}

/// Local and remote ends of sockets.
type Ends = HashSet<(SocketAddr, SocketAddr)>;

/// The sockets that have an owner, as of at most [`PERIOD`] ago: the list is read once for all
/// connections.
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

/// A list of a thousand sockets takes a millisecond to read.
const PERIOD: Duration = Duration::from_millis(250);
