//! The peers of a port: their number, which of them are idle, and which are asked to leave.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

/// The seats of one port.
#[derive(Clone, Debug)]
pub(crate) struct Seats(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limit: usize,
    room: Mutex<Room>,
    /// A seat is free, or a peer that was asked to leave has a request to be answered first.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Room {
    peers: BTreeMap<u64, Peer>,
    /// Numbers seats, and orders the moments at which peers became idle.
    next: u64,
}

#[derive(Debug)]
struct Peer {
    phase: Phase,
    /// True once the peer is asked to leave.
    asked: watch::Sender<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Waits for a request, or for the rest of its header; since when, in the order of
    /// `Room::next`.
    Idle(u64),
    Answering,
    /// The answer is made, and not yet written to its end.
    Writing,
}

/// A connection's place. Dropped, it is free for the next.
#[derive(Debug)]
pub(crate) struct Seat {
    shared: Arc<Shared>,
    number: u64,
    asked: watch::Receiver<bool>,
}

impl Seats {
    pub(crate) fn new(limit: usize) -> Self {
        Self(Arc::new(Shared {
            limit,
            room: Mutex::default(),
            changed: Notify::new(),
        }))
    }

    /// A seat. Where all are taken, a peer is asked to leave, and its seat is waited for.
    pub(crate) async fn take(&self) -> Seat {
        loop {
            let changed = self.0.changed.notified();
            if let Some(seat) = self.free() {
                return seat;
            }
            self.make_room();
            changed.await;
        }
    }

    /// Asks the peer that has been idle longest to leave; where none is idle, all.
    pub(crate) fn make_room(&self) {
        let mut room = self.0.room();
        let idle = room.peers.values_mut().filter_map(|peer| match peer.phase {
            Phase::Idle(since) => Some((since, peer)),
            Phase::Answering | Phase::Writing => None,
        });
        match idle.min_by_key(|(since, _)| *since) {
            Some((_, peer)) => peer.ask(),
            None => room.peers.values_mut().for_each(Peer::ask),
        }
    }

    /// Asks all peers to leave and waits until they have.
    pub(crate) async fn empty(&self) {
        loop {
            let changed = self.0.changed.notified();
            if !self.ask_all() {
                return;
            }
            changed.await;
        }
    }

    /// False where there is no peer to ask.
    fn ask_all(&self) -> bool {
        let mut room = self.0.room();
        room.peers.values_mut().for_each(Peer::ask);
        !room.peers.is_empty()
    }

    fn free(&self) -> Option<Seat> {
        let mut room = self.0.room();
        if room.peers.len() >= self.0.limit {
            return None;
        }
        let number = room.count();
        let (ask, asked) = watch::channel(false);
        let peer = Peer {
            phase: Phase::Idle(number),
            asked: ask,
        };
        room.peers.insert(number, peer);
        Some(Seat {
            shared: Arc::clone(&self.0),
            number,
            asked,
        })
    }
}

impl Seat {
    /// A request arrived.
    pub(crate) fn answers(&self) {
        self.with(|peer, _| peer.phase = Phase::Answering);
        if self.is_asked() {
            // The connection that waits for this seat has to ask another peer.
            self.shared.changed.notify_waiters();
        }
    }

    /// The answer is complete, but for what is not yet written.
    pub(crate) fn answered(&self) {
        self.with(|peer, _| peer.phase = Phase::Writing);
    }

    /// Everything is written.
    pub(crate) fn written(&self) {
        self.with(|peer, now| {
            if peer.phase == Phase::Writing {
                peer.phase = Phase::Idle(now);
            }
        });
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.with(|peer, _| matches!(peer.phase, Phase::Idle(_)))
    }

    pub(crate) fn is_asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Completes when the peer is asked to leave, for each task that waits for it.
    pub(crate) async fn asked(&self) {
        let asked = self.asked.clone().wait_for(|asked| *asked).await.is_ok();
        debug_assert!(asked, "the sender lives as long as the seat");
    }

    fn with<T>(&self, act: impl FnOnce(&mut Peer, u64) -> T) -> T {
        let mut room = self.shared.room();
        let now = room.count();
        let peer = room.peers.get_mut(&self.number);
        act(peer.expect("a peer is listed while it has its seat"), now)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.shared.room().peers.remove(&self.number);
        self.shared.changed.notify_waiters();
    }
}

impl Peer {
    fn ask(&mut self) {
        self.asked.send_replace(true);
    }
}

impl Room {
    const fn count(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

impl Shared {
    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
