//! Shards, one for each thread, and the slots that own them.

mod count;
mod pool;
mod sharded;
mod slot;

pub(crate) use self::count::{Count, Writer};
pub(crate) use self::sharded::Sharded;
pub(crate) use self::slot::{
    abandon_other_slots, allocate, allocating, cached_slot, drop_one, dropped,
};
pub(crate) use crate::sync::SLOTS;
