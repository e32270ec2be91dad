//! An allocator that counts.
#![expect(unsafe_code, reason = "a global allocator is unsafe to write")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

/// The system's allocator, with counts of what the process allocates. For benches that need them:
/// `#[global_allocator] static ALLOCATOR: CountingAllocator = CountingAllocator;`
#[derive(Debug)]
pub struct CountingAllocator;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static ALLOCATED: AtomicU64 = AtomicU64::new(0);
static FREED: AtomicU64 = AtomicU64::new(0);

/// What a process has allocated so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allocated {
    /// Number of allocations.
    pub times: u64,
    /// Bytes that were allocated and not freed.
    pub held: u64,
}

impl Allocated {
    /// Until now.
    #[must_use]
    pub fn now() -> Self {
        Self {
            times: ALLOCATIONS.load(Ordering::Relaxed),
            held: ALLOCATED.load(Ordering::Relaxed) - FREED.load(Ordering::Relaxed),
        }
    }

    /// What was allocated and is held since `earlier`.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Self {
        Self {
            times: self.times - earlier.times,
            held: self.held.saturating_sub(earlier.held),
        }
    }
}

fn bytes(layout: Layout) -> u64 {
    u64::try_from(layout.size()).unwrap_or(u64::MAX)
}

// SAFETY: `System` allocates; this type only counts.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        ALLOCATED.fetch_add(bytes(layout), Ordering::Relaxed);
        // SAFETY: the caller meets the requirements of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        FREED.fetch_add(bytes(layout), Ordering::Relaxed);
        // SAFETY: the caller meets the requirements of `dealloc`.
        unsafe { System.dealloc(at, layout) }
    }
}
