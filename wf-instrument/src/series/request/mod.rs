//! The state of one request in flight.
#![expect(
    unsafe_code,
    reason = "a request points at the series that it is part of"
)]

mod tokens;

use std::{ptr, thread};

use super::token_count::TokenCount;
use crate::clock::{self, Ticks};
use crate::outcome::Outcome;
use crate::sync::{AtomicPtr, AtomicU8, AtomicU32, AtomicU64, Ordering};
use crate::thread::cached_slot;
use crate::units::Nanos;

/// The state of a request to the series `S`: atomics in memory that is never freed, so that any
/// thread may hold a reference to it, whatever ends first. Two cache lines, alone on them; a token
/// touches the first.
///
/// Used by one request after another; [`Request::serial`] distinguishes them.
#[derive(Debug)]
#[repr(C, align(128))]
pub(crate) struct Request<S: Series> {
    /// The share of the series that the owner of `token_count` writes to.
    shard: AtomicPtr<S::Shard>,
    token_count: TokenCount,
    /// The time of the last tokens, or [`NEVER`].
    last: AtomicU64,
    /// The time of the admission, or [`NEVER`]; once a token was counted, the time of the first
    /// tokens.
    stage: AtomicU64,
    series: AtomicPtr<S>,
    serial: AtomicU32,
    /// Tokens of the prompt that have not been counted: the prompt is not known to be read yet.
    prompt: AtomicU32,
    /// The time of the arrival, or [`FREE`] without a request.
    arrived: AtomicU64,
    marks: AtomicU8,
}

/// What requests are recorded in.
pub(crate) trait Series: std::fmt::Debug + 'static {
    /// What one thread records of it.
    type Shard: std::fmt::Debug + 'static;
}

const FREE: u64 = 0;

/// Not yet.
const NEVER: u64 = 0;

/// Bits of `marks`.
const ADMITTED: u8 = 1;
const FAILED: u8 = 2;
const UNWOUND: u8 = 4;
/// The response was cut at its length limit.
const TRUNCATED: u8 = 32;
/// The thread was unwinding when the request arrived.
const UNWINDING: u8 = 8;
/// It arrived in the process that this one was forked from.
const AGELESS: u8 = 16;

impl<S: Series> Request<S> {
    pub(crate) const fn new() -> Self {
        Self::to(ptr::null_mut())
    }

    /// A slot for requests to `series` alone, which it has before the first of them.
    pub(crate) const fn of(series: &'static S) -> Self {
        Self::to(ptr::from_ref(series).cast_mut())
    }

    const fn to(series: *mut S) -> Self {
        const { assert!(size_of::<Self>() == 128, "two cache lines") };
        Self {
            shard: AtomicPtr::new(ptr::null_mut()),
            token_count: TokenCount::new(),
            last: AtomicU64::new(NEVER),
            stage: AtomicU64::new(NEVER),
            series: AtomicPtr::new(series),
            serial: AtomicU32::new(0),
            prompt: AtomicU32::new(0),
            arrived: AtomicU64::new(FREE),
            marks: AtomicU8::new(0),
        }
    }

    // Relaxed, where nothing else is noted: each value stands for itself, and threads that share a
    // handle were synchronised by what handed it to them.

    /// Returns whether the slot has no request.
    pub(crate) fn is_free(&self) -> bool {
        self.arrived.load(Ordering::Relaxed) == FREE
    }

    /// Begins a request to `series`, unless the slot has one already. A slot is always of the same
    /// series.
    #[inline]
    pub(crate) fn try_begin(&self, series: &'static S, arrived: Ticks) -> bool {
        // Acquire; pairs with Release in `end`: the stores of the last request come before those
        // that follow.
        let taken = self
            .arrived
            .compare_exchange(FREE, stored(arrived), Ordering::Acquire, Ordering::Relaxed)
            .is_ok();
        if taken {
            self.stage.store(NEVER, Ordering::Relaxed);
            self.last.store(NEVER, Ordering::Relaxed);
            self.prompt.store(0, Ordering::Relaxed);
            self.series
                .store(ptr::from_ref(series).cast_mut(), Ordering::Relaxed);
            self.token_count.restart();
            let marks = if thread::panicking() { UNWINDING } else { 0 };
            self.marks.store(marks, Ordering::Relaxed);
        }
        taken
    }

    /// Ends the request: the slot is free for the next one.
    #[inline]
    pub(crate) fn end(&self) {
        let serial = self.serial.load(Ordering::Relaxed);
        self.serial.store(serial.wrapping_add(1), Ordering::Relaxed);
        // Release; pairs with Acquire in `try_begin`.
        self.arrived.store(FREE, Ordering::Release);
    }

    /// The number of the request in this slot, or of the next one.
    #[inline]
    pub(crate) fn serial(&self) -> u32 {
        self.serial.load(Ordering::Relaxed)
    }

    /// The series that the request belongs to. Only for requests that have begun, or in a slot made
    /// by [`Request::of`].
    #[inline]
    pub(crate) fn series(&self) -> &'static S {
        let series = self.series.load(Ordering::Relaxed);
        debug_assert!(!series.is_null(), "a request has begun");
        // SAFETY:
        // - not null: a slot that threads may share before its request has begun is made by `of`;
        //   any other is handed out by `InFlight::insert` to one thread, after `try_begin` has
        //   stored here, and what hands it on to another thread synchronises the two;
        // - points to a live series, since `of` and `try_begin` have it from a `'static` reference,
        //   and only shared references to it exist;
        // - later requests in this slot store the same address.
        unsafe { &*series }
    }

    /// Counts the first `n` tokens for the owner of `slot`, which writes to `shard`, and makes it
    /// the owner of the count; returns false where others came before.
    #[inline]
    fn begin_tokens(&self, n: u64, slot: u8, shard: &'static S::Shard) -> bool {
        let begun = self.token_count.begin(n, slot);
        if begun {
            self.set_shard(shard);
        }
        begun
    }

    /// Makes the owner of `slot`, which writes to `shard`, the owner of the count, if it has one
    /// yet. Only where no other thread counts.
    fn move_tokens(&self, slot: u8, shard: &'static S::Shard) -> bool {
        let moved = self.token_count.move_to(slot);
        if moved {
            self.set_shard(shard);
        }
        moved
    }

    fn set_shard(&self, shard: &'static S::Shard) {
        self.shard
            .store(ptr::from_ref(shard).cast_mut(), Ordering::Relaxed);
    }

    /// The share of the series that this thread writes to, if it owns the count.
    #[inline]
    fn owned_shard(&self) -> Option<&'static S::Shard> {
        self.token_count.is_owned_by(cached_slot()).then(|| {
            // SAFETY:
            // - not null: what makes a slot the owner stores here next, on the thread that has the
            //   slot, before it returns; a later owner of the slot synchronised with it in `Pool`,
            //   or found no owner where the thread was lost in a fork (`reset_after_fork`); a
            //   thread that takes the count over has it to itself;
            // - from a `'static` reference, and only shared references to it exist.
            unsafe { &*self.shard.load(Ordering::Relaxed) }
        })
    }

    /// Corrects the time of its arrival.
    pub(crate) fn set_arrival(&self, arrived: Ticks) {
        self.arrived.store(stored(arrived), Ordering::Relaxed);
    }

    /// The time of its arrival, if it is in flight and its age is known.
    pub(crate) fn waiting_since(&self) -> Option<Ticks> {
        let arrived = self.arrived.load(Ordering::Relaxed);
        let known = arrived != FREE && !self.is_marked(AGELESS);
        known.then_some(Ticks::from_raw(arrived))
    }

    /// Makes its age unknown, and the owner of its tokens nobody but the owner of slot `mine`. The
    /// request may continue: its thread may be the one that forked. Only in a process that has just
    /// been forked.
    pub(crate) fn reset_after_fork(&self, mine: usize) {
        self.mark(AGELESS);
        self.token_count.disown(mine);
    }

    /// Its age at `now`.
    #[inline]
    pub(crate) fn age(&self, now: Ticks) -> Nanos {
        let arrived = self.arrived.load(Ordering::Relaxed);
        clock::between(Ticks::from_raw(arrived), now)
    }

    /// Its age.
    #[inline]
    pub(crate) fn age_now(&self) -> Nanos {
        let arrived = self.arrived.load(Ordering::Relaxed);
        clock::since(Ticks::from_raw(arrived))
    }

    /// Admits it at `now`; returns false where it has been admitted before.
    pub(crate) fn admit(&self, now: Ticks) -> bool {
        // Read first, since an exchange costs more.
        if self.is_admitted() || self.mark(ADMITTED) & ADMITTED != 0 {
            return false;
        }
        if !self.token_count.has_begun() {
            // Where another thread counts the first token at the same moment, the decoding begins
            // here, some nanoseconds off.
            self.stage.store(now.raw(), Ordering::Relaxed);
        }
        true
    }

    #[inline]
    pub(crate) fn is_admitted(&self) -> bool {
        self.is_marked(ADMITTED)
    }

    /// Makes it end as an error, whatever outcome it is ended with.
    pub(crate) fn fail(&self) {
        self.mark(FAILED);
    }

    /// Marks its response as cut, which counts if it ends ok.
    pub(crate) fn truncate(&self) {
        self.mark(TRUNCATED);
    }

    #[inline]
    pub(crate) fn is_truncated(&self) -> bool {
        self.is_marked(TRUNCATED)
    }

    /// Makes it end as panicked, whatever outcome it is ended with.
    pub(crate) fn unwound(&self) {
        self.mark(UNWOUND);
    }

    /// The outcome that is recorded where it is ended with `outcome`.
    #[inline]
    pub(crate) fn verdict(&self, outcome: Outcome) -> Outcome {
        if self.is_marked(FAILED | UNWOUND) {
            self.own_verdict()
        } else {
            outcome
        }
    }

    #[cold]
    fn own_verdict(&self) -> Outcome {
        if self.is_marked(UNWOUND) {
            Outcome::Panicked
        } else {
            Outcome::Error
        }
    }

    /// The outcome of a request that is dropped before it is ended.
    pub(crate) fn of_drop(&self) -> Outcome {
        Outcome::of_drop(!self.is_marked(UNWINDING) && thread::panicking())
    }

    #[inline]
    fn is_marked(&self, mark: u8) -> bool {
        self.marks.load(Ordering::Relaxed) & mark != 0
    }

    fn mark(&self, mark: u8) -> u8 {
        self.marks.fetch_or(mark, Ordering::Relaxed)
    }
}

const fn stored(arrived: Ticks) -> u64 {
    match arrived.raw() {
        FREE => FREE + 1,
        raw => raw,
    }
}
