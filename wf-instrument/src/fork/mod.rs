//! What belongs to this process, and not to a child that it forks.
//!
//! After `fork(2)` the child starts clean: its counts at zero, no thread of this crate's, none of
//! the descriptors that those threads had open. It starts a watch, a governor or an exporter of its
//! own, as any process does, and may drop those of its parent. That takes `fork(2)` as libc offers
//! it: what runs around it (`pthread_atfork`) does not run for a bare `clone(2)`.
//!
//! Code around this crate that has threads can have the same: [`CloseInChild`] for descriptors,
//! [`OfThisProcess`] for values whose destructor uses a thread.

#[cfg(all(feature = "enabled", unix))]
mod descriptor;
#[cfg(feature = "enabled")]
mod gate;
#[cfg(feature = "enabled")]
mod handlers;
mod origin;

#[cfg(all(feature = "enabled", unix))]
pub use self::descriptor::{CloseInChild, NotInherited};
#[cfg(feature = "enabled")]
pub(crate) use self::gate::{Locked, lock, without_fork};
pub use self::origin::OfThisProcess;
#[cfg(feature = "admit")]
pub(crate) use self::origin::Origin;
