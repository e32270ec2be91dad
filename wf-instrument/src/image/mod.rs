//! The images of this process: the program and the shared objects that it has loaded.

#[cfg(all(target_os = "linux", not(target_feature = "crt-static")))]
mod elf;
#[cfg(not(all(target_os = "linux", not(target_feature = "crt-static"))))]
mod other;

#[cfg(all(target_os = "linux", not(target_feature = "crt-static")))]
pub(crate) use self::elf::{copies, keep_loaded};
#[cfg(not(all(target_os = "linux", not(target_feature = "crt-static"))))]
pub(crate) use self::other::{copies, keep_loaded};
