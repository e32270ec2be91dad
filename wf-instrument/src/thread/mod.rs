//! One shard a thread: who owns which, and where it lies.

mod count;
mod pool;
mod sharded;
mod slot;

pub(crate) use self::count::{Count, Writer};
pub(crate) use self::sharded::Sharded;
pub(crate) use self::slot::{allocate, allocating, drop_one, dropped};
