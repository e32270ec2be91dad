//! Connection slots: their limit, which connections are idle, and which are asked to close.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

/// The connection slots of one port.
#[derive(Clone, Debug)]
pub(crate) struct Slots(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limit: usize,
    table: Mutex<Table>,
    /// Notified when a slot is free, and when a connection that was asked to close has got a
    /// request that is answered first.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Table {
    entries: BTreeMap<u64, Entry>,
    /// Numbers slots, and orders the moments at which connections became idle.
    next: u64,
}

#[derive(Debug)]
struct Entry {
    phase: Phase,
    /// True once the connection is asked to close.
    close: watch::Sender<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Waits for a request or for the rest of its header, since this moment in the order of
    /// `Table::next`.
    Idle(u64),
    /// Makes a response.
    Responding,
    /// The response is made, but not completely written.
    Flushing,
}

/// The place of one connection. Dropping it frees the place.
#[derive(Debug)]
pub(crate) struct Slot {
    shared: Arc<Shared>,
    number: u64,
    close: watch::Receiver<bool>,
}

impl Slots {
    pub(crate) fn new(limit: usize) -> Self {
        Self(Arc::new(Shared {
            limit,
            table: Mutex::default(),
            changed: Notify::new(),
        }))
    }

    /// Returns a slot. When all are taken, asks a connection to close and waits for its slot.
    pub(crate) async fn acquire(&self) -> Slot {
        loop {
            let changed = self.0.changed.notified();
            if let Some(slot) = self.try_acquire() {
                return slot;
            }
            self.request_free_slot();
            changed.await;
        }
    }

    /// Asks the connection that has been idle longest to close, or all when none is idle.
    pub(crate) fn request_free_slot(&self) {
        let mut table = self.0.table();
        let idle = table
            .entries
            .values_mut()
            .filter_map(|entry| match entry.phase {
                Phase::Idle(since) => Some((since, entry)),
                Phase::Responding | Phase::Flushing => None,
            });
        match idle.min_by_key(|(since, _)| *since) {
            Some((_, entry)) => entry.request_close(),
            None => table.entries.values_mut().for_each(Entry::request_close),
        }
    }

    /// Asks all connections to close and waits until they are closed.
    pub(crate) async fn close_all(&self) {
        loop {
            let changed = self.0.changed.notified();
            if !self.request_close_of_all() {
                return;
            }
            changed.await;
        }
    }

    /// Returns false when there is no connection.
    fn request_close_of_all(&self) -> bool {
        let mut table = self.0.table();
        table.entries.values_mut().for_each(Entry::request_close);
        !table.entries.is_empty()
    }

    fn try_acquire(&self) -> Option<Slot> {
        let mut table = self.0.table();
        if table.entries.len() >= self.0.limit {
            return None;
        }
        let number = table.take_number();
        let (sender, close) = watch::channel(false);
        let entry = Entry {
            phase: Phase::Idle(number),
            close: sender,
        };
        table.entries.insert(number, entry);
        Some(Slot {
            shared: Arc::clone(&self.0),
            number,
            close,
        })
    }
}

impl Slot {
    /// Records that a request has arrived.
    pub(crate) fn begin_response(&self) {
        self.with_entry(|entry, _| entry.phase = Phase::Responding);
        if self.is_close_requested() {
            // The task that waits for this slot has to ask another connection to close.
            self.shared.changed.notify_waiters();
        }
    }

    /// Records that the response is complete, but for what is not written yet.
    pub(crate) fn end_response(&self) {
        self.with_entry(|entry, _| entry.phase = Phase::Flushing);
    }

    /// Records that everything is written.
    pub(crate) fn flushed(&self) {
        self.with_entry(|entry, now| {
            if entry.phase == Phase::Flushing {
                entry.phase = Phase::Idle(now);
            }
        });
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.with_entry(|entry, _| matches!(entry.phase, Phase::Idle(_)))
    }

    pub(crate) fn is_close_requested(&self) -> bool {
        *self.close.borrow()
    }

    /// Completes when the connection is asked to close, for each task that waits for it.
    pub(crate) async fn close_requested(&self) {
        let requested = self.close.clone().wait_for(|close| *close).await.is_ok();
        debug_assert!(requested, "the sender lives as long as the slot");
    }

    fn with_entry<T>(&self, act: impl FnOnce(&mut Entry, u64) -> T) -> T {
        let mut table = self.shared.table();
        let now = table.take_number();
        let entry = table.entries.get_mut(&self.number);
        act(entry.expect("an entry lives as long as its slot"), now)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.shared.table().entries.remove(&self.number);
        self.shared.changed.notify_waiters();
    }
}

impl Entry {
    fn request_close(&mut self) {
        self.close.send_replace(true);
    }
}

impl Table {
    const fn take_number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

impl Shared {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
