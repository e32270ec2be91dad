//! Whether the client at the other end of a connection is still there.
//!
//! One that has closed its sending side may wait for its answer or be gone: TCP says the same of
//! both until something is sent to it. Of a stream something is sent with each token; of an answer
//! in one piece nothing is before its end. The kernel knows of clients on this machine, though:
//! nobody owns the socket of one that is gone.

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

    /// Completes once the client has left, within a second or so. Never for one on another machine,
    /// and where the kernel has no list of sockets: of these nothing is known.
    pub(super) async fn gone(self) {
        loop {
            // First of all: a list from before the connection does not have it.
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

/// The sockets that somebody owns, as they were at most [`PERIOD`] ago: the list of all is read
/// once for everybody who asks.
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
