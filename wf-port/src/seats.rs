//! Who is connected, who of them is idle, and who has been asked to leave.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::sync::Notify;

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
    asked: bool,
    waker: Option<Waker>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Waits for a request, or for the rest of its header; since when, in the order of `Room::next`.
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
}

impl Seats {
    pub(crate) fn new(limit: usize) -> Self {
        Self(Arc::new(Shared {
            limit: limit.max(1),
            room: Mutex::default(),
            changed: Notify::new(),
        }))
    }

    /// A seat; where all are taken, after a peer has left for it.
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

    /// Asks everybody to leave and waits until they have.
    pub(crate) async fn empty(&self) {
        loop {
            let changed = self.0.changed.notified();
            if !self.ask_all() {
                return;
            }
            changed.await;
        }
    }

    /// Whether there is anybody to ask.
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
        let peer = Peer {
            phase: Phase::Idle(number),
            asked: false,
            waker: None,
        };
        room.peers.insert(number, peer);
        Some(Seat {
            shared: Arc::clone(&self.0),
            number,
        })
    }
}

impl Seat {
    /// A request arrived.
    pub(crate) fn answers(&self) {
        let asked = self.with(|peer, _| {
            peer.phase = Phase::Answering;
            peer.asked
        });
        if asked {
            // Who waits for this seat may have to ask others.
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
        self.with(|peer, _| peer.asked)
    }

    /// Ready when the peer should leave.
    pub(crate) fn poll_asked(&self, cx: &Context<'_>) -> Poll<()> {
        self.with(|peer, _| match peer.asked {
            true => Poll::Ready(()),
            false => {
                peer.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        })
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
        self.asked = true;
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
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
