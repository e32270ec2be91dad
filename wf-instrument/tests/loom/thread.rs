#[path = "../../src/thread/count.rs"]
mod count;
#[path = "../../src/thread/pool.rs"]
mod pool;
#[path = "../../src/thread/sharded.rs"]
mod sharded;
#[path = "slot.rs"]
mod slot;

pub(crate) use self::count::{Count, Writer};
pub(crate) use self::pool::Pool;
pub(crate) use self::sharded::Sharded;
pub(crate) use self::slot::{allocate, allocating, cached_slot, drop_one, with_slot};
pub(crate) use crate::sync::SLOTS;
