//! Handlers that run around a fork.
//!
//! Only the thread that forked goes on in the child. What its parent recorded is exported by the
//! parent, and the slots of the other threads are free again. A call or a request that the forking
//! thread has begun goes on and ends in the child as in the parent.
#![cfg_attr(
    unix,
    expect(unsafe_code, reason = "libc registers the handlers around a fork")
)]
#![cfg_attr(
    not(unix),
    expect(
        dead_code,
        reason = "compiled on every system, used where there is a fork"
    )
)]

use std::cell::RefCell;
use std::sync::RwLockWriteGuard;

#[cfg(unix)]
use crate::fork::close_registered;
use crate::fork::{close_gate, count_fork};
#[cfg(unix)]
use crate::image;
use crate::registry::{self, StoreGuard};
use crate::site::listed;
use crate::thread::{abandon_other_slots, allocating};

#[cfg(unix)]
crate::__wf_on_load!(watch);

thread_local! {
    static LOCKS: RefCell<Option<Locks>> = const { RefCell::new(None) };
}

/// Registers the handlers as soon as this crate is loaded: before anything is recorded.
#[cfg(unix)]
extern "C" fn watch() {
    // Threads have destructors of this crate.
    image::keep_loaded(watch as *const () as usize);
    // SAFETY:
    // - the three functions live as long as their image, with which libc forgets them, and do not
    //   unwind: they take locks, store and load atomics, close descriptors;
    // - they run in the thread that forks; `start_clean`, which runs in the child, allocates
    //   nothing and waits for no other thread. An error means no memory for three pointers: a child
    //   then counts on from where its parent was.
    let _registered =
        unsafe { libc::pthread_atfork(Some(lock_all), Some(unlock_all), Some(start_clean)) };
}

/// The locks of the registry and the gate, held while the process is copied.
struct Locks {
    // In this order, against the order in which they are taken.
    registry: StoreGuard,
    _gate: Option<RwLockWriteGuard<'static, ()>>,
}

/// Waits until no thread is registering a series, and lets none begin: in the child, a registration
/// by another thread would never be finished.
extern "C" fn lock_all() {
    if !allocating() {
        let gate = close_gate();
        let locks = Locks {
            registry: registry::lock_for_fork(),
            _gate: gate,
        };
        let _ending = LOCKS.try_with(|kept| kept.replace(Some(locks)));
    }
}

extern "C" fn unlock_all() {
    let _ending = LOCKS.try_with(RefCell::take);
}

extern "C" fn start_clean() {
    count_fork();
    #[cfg(unix)]
    close_registered();
    let mine = abandon_other_slots();
    listed().for_each(|site| site.reset_after_fork(mine));
    let _ending = LOCKS.try_with(|kept| {
        kept.take()
            .map(|locks| locks.registry.reset_after_fork(mine))
    });
}
