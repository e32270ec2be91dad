//! One shard a thread: who owns which, and where it lies.

mod count;
mod pool;
mod sharded;
#[cfg(not(wf_loom))]
mod slot;
#[cfg(wf_loom)]
#[path = "slot_modelled.rs"]
mod slot;

pub(crate) use self::count::{Count, Writer, shown};
pub(crate) use self::pool::SLOTS;
pub(crate) use self::sharded::Sharded;
#[cfg(not(wf_loom))]
pub(crate) use self::slot::{abandon_other_slots, dropped};
pub(crate) use self::slot::{allocate, allocating, cached_slot, drop_one};
#[cfg(wf_loom)]
pub(crate) use self::{pool::Pool, slot::with_slot};
