//! The slot of this thread, set by the model.

loom::thread_local! {
    static SLOT: std::cell::Cell<usize> = std::cell::Cell::new(usize::MAX);
}

/// Runs `work` as the owner of `slot`; at or past the last slot, as a thread without one.
pub(crate) fn with_slot<R>(slot: usize, work: impl FnOnce() -> R) -> R {
    SLOT.with(|current| current.set(slot));
    work()
}

pub(crate) fn cached_slot() -> u8 {
    u8::try_from(current()).unwrap_or(u8::MAX)
}

pub(crate) fn current() -> usize {
    SLOT.with(std::cell::Cell::get)
}

pub(crate) fn allocate<R>(make: impl FnOnce() -> R) -> R {
    make()
}

pub(crate) fn allocating() -> bool {
    false
}

pub(crate) fn drop_one() {
    unreachable!("no modelled allocator records");
}
