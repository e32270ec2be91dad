//! Threads, locks and file descriptors that stay correct across `fork(2)`.
//!
//! A forked child starts clean: its counts are zero, it has no thread of this crate, and the
//! descriptors that those threads had open are closed. It starts a watch, a governor or an exporter
//! of its own, as any process does, and may drop those of its parent. This needs the `fork(2)` of
//! libc: its handlers (`pthread_atfork`) do not run for a bare `clone(2)`.
//!
//! The crates beside this one, and code around it that has threads, use the same parts: [`Thread`]
//! for a background thread, [`lock`] for a mutex that a child must find free, [`CloseInChild`] and
//! [`NotInherited`] for descriptors, [`ProcessLocal`] for values whose destructor uses a thread.

#[cfg(all(feature = "enabled", unix))]
mod descriptor;
#[cfg(feature = "enabled")]
mod gate;
mod process;
mod thread;

#[cfg(all(feature = "enabled", unix))]
pub(crate) use self::descriptor::close_registered;
#[cfg(all(feature = "enabled", unix))]
pub use self::descriptor::{CloseInChild, NotInherited};
#[cfg(feature = "enabled")]
pub use self::gate::{ForkSafeGuard, lock};
#[cfg(feature = "enabled")]
pub(crate) use self::gate::{close_gate, without_fork};
#[cfg(feature = "enabled")]
pub(crate) use self::process::count_fork;
pub use self::process::{Process, ProcessLocal};
pub use self::thread::Thread;
