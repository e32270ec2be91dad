//! The driver's library, asked by a thread of its own.

mod backoff;
mod driver;
mod fault;
mod fields;
mod gpm;
mod gpus;
mod library;
mod post;
mod process;
mod query;
mod raw;
mod read;
mod session;
mod totals;
mod watched;

pub(crate) use self::driver::NO_LIBRARY;
pub use self::gpus::Gpus;
