//! The sensors of the operating system that this is built for.

#[cfg(all(target_os = "linux", not(wf_portable)))]
pub(crate) use crate::linux::{Canceller, Machine, Triggers};
#[cfg(any(not(target_os = "linux"), wf_portable))]
pub(crate) use crate::portable::{Canceller, Machine, Triggers};
