//! Which generation the code at hand works for.
#![expect(
    unsafe_code,
    reason = "a thread-local points at the generation in scope"
)]

use std::cell::Cell;
use std::{mem, ptr};

use super::generation::Generation;
use crate::counter::Counter;

thread_local! {
    static CURRENT: Cell<*const Generation> = const { Cell::new(ptr::null()) };
}

static ORPHANS: Counter = Counter::new();

impl Generation {
    /// Runs `work` with this generation in scope on this thread: tokens that it counts by [`current_tokens`] (`wf_token!`) are this
    /// generation's. The generation that was in scope before is so again afterwards. About 1 ns.
    #[inline]
    pub fn enter<R>(&self, work: impl FnOnce() -> R) -> R {
        let unwound = Unwound {
            generation: self,
            before: CURRENT.replace(self),
        };
        let result = work();
        CURRENT.set(unwound.before);
        mem::forget(unwound);
        result
    }
}

/// Counts `n` tokens of the generation in scope; where there is none, counts them as orphans.
#[inline]
pub fn current_tokens(n: u64) {
    with_current(|generation| match generation {
        Some(generation) => generation.tokens(n),
        None => ORPHANS.add(n),
    });
}

/// Ends the queue time of the generation in scope; does nothing where there is none, or where it has ended (by `queued_at`, say).
///
/// For code between an annotated function and its queue, which has no handle at hand.
#[inline]
pub fn admitted() {
    with_current(|generation| {
        if let Some(generation) = generation {
            generation.admitted();
        }
    });
}

/// The answer of the generation in scope was cut at the longest that was asked for; does nothing where there is none.
///
/// Where it ends ok, `finished_reason` is "length" in place of "stop".
#[inline]
pub fn truncated() {
    with_current(|generation| {
        if let Some(generation) = generation {
            generation.truncated();
        }
    });
}

/// Counts `n` tokens that are no generation's.
pub(crate) fn orphaned_tokens(n: u64) {
    ORPHANS.add(n);
}

/// Tokens that were counted while no generation was in scope.
pub(crate) fn orphan_tokens() -> u64 {
    ORPHANS.total()
}

#[inline]
fn with_current(work: impl FnOnce(Option<&Generation>)) {
    // SAFETY:
    // - null is taken as None;
    // - anything else was stored by `enter` on this thread from a reference that it still holds: `enter` takes the pointer back
    //   before it returns, and `Unwound` before it unwinds, so its frame lies below ours on this stack;
    // - a `Generation` is changed through `Cell`s only, and `work` cannot keep the reference, whose lifetime it does not know.
    work(unsafe { CURRENT.get().as_ref() });
}

/// Dropped only where `work` unwinds.
struct Unwound<'a> {
    generation: &'a Generation,
    before: *const Generation,
}

impl Drop for Unwound<'_> {
    fn drop(&mut self) {
        CURRENT.set(self.before);
        self.generation.unwound();
    }
}
