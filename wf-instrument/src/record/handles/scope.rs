//! The generation in scope: the one that the running code works for.

use std::cell::Cell;
use std::marker::PhantomData;
use std::{fmt, mem, ptr};

use super::generation::{self, Generation};
use crate::counter::Counter;
use crate::series::Request;

thread_local! {
    static CURRENT: Cell<Option<Entered>> = const { Cell::new(None) };
}

static ORPHANS: Counter = Counter::new();

/// A request that was entered. It may have ended since: scopes of coroutines end in any order, and
/// on any thread.
#[derive(Clone, Copy)]
struct Entered {
    request: &'static Request,
    serial: u32,
    /// Equal to `serial` where pushed tokens are counted at the request; else a number that its
    /// slot does not reach in 2³¹ requests.
    pushed: u32,
}

/// The source of the tokens of a generation in scope.
#[derive(Clone, Copy)]
enum Tokens {
    /// [`current_tokens`].
    Pushed,
    /// The items that the code in scope yields.
    OfItems,
}

impl Entered {
    #[inline]
    fn new(request: &'static Request, tokens: Tokens) -> Self {
        let serial = request.serial();
        let pushed = match tokens {
            Tokens::Pushed => serial,
            // Half of all serials away.
            Tokens::OfItems => serial ^ (1 << 31),
        };
        Self {
            request,
            serial,
            pushed,
        }
    }

    /// The request at which pushed tokens are counted, if it has not ended.
    #[inline]
    fn pushed(self) -> Option<&'static Request> {
        (self.request.serial() == self.pushed).then_some(self.request)
    }

    /// The request, if it has not ended.
    #[inline]
    fn under_way(self) -> Option<&'static Request> {
        (self.request.serial() == self.serial).then_some(self.request)
    }
}

impl Generation {
    /// Runs `work` with this generation in scope on this thread: tokens that it counts by
    /// [`current_tokens`] (`wf_token!`) are this generation's. The generation that was in scope
    /// before is in scope again afterwards. About 1 ns.
    ///
    /// The scope is the thread's. What else a runtime runs on the thread before `work` returns is
    /// within it too: a task that another executor polls inside (`block_on`, `rayon::yield_now`),
    /// or another stack that `work` switches to. Tokens of such code are counted correctly where it
    /// enters a generation of its own, as annotated functions do, and returns before `work` goes
    /// on. A stackful coroutine that suspends inside a scope leaves the scope behind on the thread,
    /// and does not take it to another: it should count by a handle ([`Generation::tokens`])
    /// instead.
    #[inline]
    pub fn enter<R>(&self, work: impl FnOnce() -> R) -> R {
        self.enter_for(Tokens::Pushed, work)
    }

    /// Does the same as [`Generation::enter`], for code that yields items in which the tokens are
    /// counted: those that it pushes would be counted twice, and are orphans.
    #[inline]
    pub fn enter_source<R>(&self, work: impl FnOnce() -> R) -> R {
        self.enter_for(Tokens::OfItems, work)
    }

    /// Does the same as [`Generation::enter`], until the scope is dropped: for code that must not
    /// be in a closure. Where the code unwinds, the generation is dropped by the same unwinding and
    /// records it.
    #[doc(hidden)]
    #[inline]
    pub fn enter_scope(&self) -> GenerationScope<'_> {
        GenerationScope::new(self, Tokens::Pushed)
    }

    /// Does the same as [`Generation::enter_source`], until the scope is dropped.
    #[doc(hidden)]
    #[inline]
    pub fn enter_source_scope(&self) -> GenerationScope<'_> {
        GenerationScope::new(self, Tokens::OfItems)
    }

    #[inline]
    fn enter_for<R>(&self, tokens: Tokens, work: impl FnOnce() -> R) -> R {
        let entered = Entered::new(self.request(), tokens);
        let unwound = Unwound {
            generation: self,
            before: CURRENT.replace(Some(entered)),
        };
        let result = work();
        leave(unwound.generation, unwound.before);
        mem::forget(unwound);
        result
    }
}

/// A generation in scope on the thread that entered it.
#[must_use = "a scope that is dropped at once has nothing in it"]
pub struct GenerationScope<'a> {
    generation: &'a Generation,
    before: Option<Entered>,
    stays: PhantomData<*const ()>,
}

impl<'a> GenerationScope<'a> {
    #[inline]
    fn new(generation: &'a Generation, tokens: Tokens) -> Self {
        let entered = Entered::new(generation.request(), tokens);
        Self {
            generation,
            before: CURRENT.replace(Some(entered)),
            stays: PhantomData,
        }
    }
}

impl fmt::Debug for GenerationScope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GenerationScope").finish_non_exhaustive()
    }
}

impl Drop for GenerationScope<'_> {
    fn drop(&mut self) {
        leave(self.generation, self.before);
    }
}

/// Puts `before` in scope again, unless another generation has been entered and not left, as on the
/// other stack of a coroutine.
#[inline]
fn leave(generation: &Generation, before: Option<Entered>) {
    let current = CURRENT
        .get()
        .map_or(ptr::null(), |entered| ptr::from_ref(entered.request));
    if ptr::eq(current, generation.request()) {
        CURRENT.set(before);
    }
}

/// Counts `n` tokens of the generation in scope; where there is none, or its tokens are counted by
/// the items of a stream, counts them as orphans.
#[inline]
pub fn current_tokens(n: u64) {
    match CURRENT.get().and_then(Entered::pushed) {
        Some(request) => generation::tokens(request, n),
        None => ORPHANS.add(n),
    }
}

/// Ends the queue time of the generation in scope; does nothing where there is none, or where it
/// has ended (by `queued_at`, say).
///
/// For code between an annotated function and its queue, which has no handle.
///
/// # Rejected requests
///
/// A request that ends in an error before this call and before its first token counts as rejected,
/// and as a miss of its TTFT target: the cause of the error is not known here. Validate a request
/// before the measured function, so that the invalid requests of clients are no misses.
///
/// This begins with the first admission of a series (one model and set of labels). Until then, and
/// in code that never calls this function, such a request counts as a plain error, which no target
/// judges.
#[inline]
pub fn admitted() {
    if let Some(request) = current() {
        generation::admit(request);
    }
}

/// Marks the response of the generation in scope as cut at the length limit of its request; does
/// nothing where there is none.
///
/// If it ends ok, `finished_reason` is "length" in place of "stop".
#[inline]
pub fn truncated() {
    if let Some(request) = current() {
        request.truncate();
    }
}

/// Counts `n` tokens that are no generation's.
pub(crate) fn orphaned_tokens(n: u64) {
    ORPHANS.add(n);
}

/// The number of tokens that were counted and are no generation's.
pub(crate) fn orphan_tokens() -> u64 {
    ORPHANS.total()
}

#[inline]
fn current() -> Option<&'static Request> {
    CURRENT.get()?.under_way()
}

/// Dropped only where `work` unwinds.
struct Unwound<'a> {
    generation: &'a Generation,
    before: Option<Entered>,
}

impl Drop for Unwound<'_> {
    fn drop(&mut self) {
        leave(self.generation, self.before);
        self.generation.unwound();
    }
}
