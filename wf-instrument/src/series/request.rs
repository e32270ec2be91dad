//! The state of one request in flight.
#![expect(
    unsafe_code,
    reason = "a request points at the series that it is part of"
)]

use std::{ptr, thread};

use super::generation::{GenerationSeries, GenerationShard};
use super::moment::Moment;
use super::tally::{Tally, few};
use crate::clock::{self, Ticks};
use crate::outcome::Outcome;
use crate::sync::{AtomicPtr, AtomicU8, AtomicU32, AtomicU64, Ordering};
use crate::thread::{Writer, asked};
use crate::units::Nanos;

/// What is known of a request: atomics in memory that is never freed, so that any thread may hold a
/// reference to it, whatever ends first. One cache line.
///
/// Used by one request after another; [`Request::serial`] tells them apart.
#[derive(Debug)]
#[repr(align(64))]
pub(crate) struct Request {
    /// [`FREE`] where there is no request.
    arrived: AtomicU64,
    /// When it was admitted, or [`NEVER`]; once the tally has begun, when the first tokens came.
    stage: AtomicU64,
    /// When the last tokens came, or [`NEVER`].
    last: AtomicU64,
    series: AtomicPtr<GenerationSeries>,
    tally: Tally,
    serial: AtomicU32,
    /// Tokens of the prompt that have not been counted: the prompt is not known to be read yet.
    prompt: AtomicU32,
    marks: AtomicU8,
}

const FREE: u64 = 0;

/// Not yet.
const NEVER: u64 = 0;

/// Bits of `marks`.
const ADMITTED: u8 = 1;
const FAILED: u8 = 2;
const UNWOUND: u8 = 4;
/// Where it ends ok, the answer was cut at the longest that was asked for.
const TRUNCATED: u8 = 32;
/// The thread was unwinding when the request arrived.
const UNWINDING: u8 = 8;
/// It arrived in the process that this one was forked from.
const AGELESS: u8 = 16;

impl Request {
    pub(crate) const fn new() -> Self {
        const { assert!(size_of::<Self>() == 64, "one cache line") };
        Self {
            arrived: AtomicU64::new(FREE),
            stage: AtomicU64::new(NEVER),
            last: AtomicU64::new(NEVER),
            series: AtomicPtr::new(ptr::null_mut()),
            tally: Tally::new(),
            serial: AtomicU32::new(0),
            prompt: AtomicU32::new(0),
            marks: AtomicU8::new(0),
        }
    }

    // Relaxed, where nothing else is said: each value stands for itself, and threads that share a handle
    // were synchronised by what handed it to them.

    /// Whether there is no request here.
    pub(crate) fn is_free(&self) -> bool {
        self.arrived.load(Ordering::Relaxed) == FREE
    }

    /// Begins a request to `series`, unless there is one already. A place is always of the same series.
    #[inline]
    pub(crate) fn try_begin(&self, series: &'static GenerationSeries, arrived: Ticks) -> bool {
        // Acquire; pairs with Release in `end`: what the last request stored comes before what follows.
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
            self.tally.restart();
            let marks = if thread::panicking() { UNWINDING } else { 0 };
            self.marks.store(marks, Ordering::Relaxed);
        }
        taken
    }

    /// Ends the request: the place is free for the next one.
    #[inline]
    pub(crate) fn end(&self) {
        let serial = self.serial.load(Ordering::Relaxed);
        self.serial.store(serial.wrapping_add(1), Ordering::Relaxed);
        // Release; pairs with Acquire in `try_begin`.
        self.arrived.store(FREE, Ordering::Release);
    }

    /// The number of the request that is under way here, or comes next.
    #[inline]
    pub(crate) fn serial(&self) -> u32 {
        self.serial.load(Ordering::Relaxed)
    }

    /// The series that the request belongs to. Only for requests that have begun.
    #[inline]
    pub(crate) fn series(&self) -> &'static GenerationSeries {
        let series = self.series.load(Ordering::Relaxed);
        debug_assert!(!series.is_null(), "a request has begun");
        // SAFETY:
        // - not null: references to a request are handed out by `GenerationSeries::begin` only, after
        //   `try_begin` has stored here; what hands one to another thread synchronises the two;
        // - points to a live series, since `try_begin` has it from a `'static` reference, and only shared
        //   references to it exist;
        // - later requests in this place store the same address.
        unsafe { &*series }
    }

    /// This thread's share of the series, if it owns the tally.
    #[inline]
    fn own_shard(&self) -> Option<&'static GenerationShard> {
        match self.tally.is_owned_by(asked()) {
            true => self.series().sole(),
            false => None,
        }
    }

    /// It arrived at `arrived`, as it turned out.
    pub(crate) fn rebook(&self, arrived: Ticks) {
        self.arrived.store(stored(arrived), Ordering::Relaxed);
    }

    /// When it arrived, if it is under way and its age is known.
    pub(crate) fn waiting_since(&self) -> Option<Ticks> {
        let arrived = self.arrived.load(Ordering::Relaxed);
        let known = arrived != FREE && !self.is_marked(AGELESS);
        known.then_some(Ticks::from_raw(arrived))
    }

    /// Its age is told no more. It may go on: its thread may be the one that forked.
    pub(crate) fn forget_age(&self) {
        self.mark(AGELESS);
    }

    /// How long before `now` it arrived.
    #[inline]
    pub(crate) fn age(&self, now: Ticks) -> Nanos {
        let arrived = self.arrived.load(Ordering::Relaxed);
        clock::between(Ticks::from_raw(arrived), now)
    }

    /// How long ago it arrived.
    #[inline]
    pub(crate) fn age_now(&self) -> Nanos {
        let arrived = self.arrived.load(Ordering::Relaxed);
        clock::since(Ticks::from_raw(arrived))
    }

    /// Admits it at `now`, unless it has been before.
    pub(crate) fn admit(&self, now: Ticks) -> bool {
        // Looked at first, since an exchange costs more.
        if self.is_admitted() || self.mark(ADMITTED) & ADMITTED != 0 {
            return false;
        }
        if !self.has_begun() {
            // Where another thread counts the first token at this very moment, the decoding begins here: hardly sooner.
            self.stage.store(now.raw(), Ordering::Relaxed);
        }
        true
    }

    /// The prompt has `n` tokens more.
    pub(crate) fn add_prompt(&self, n: u64) {
        let more = |prompt: u32| Some(prompt.saturating_add(few(n)));
        let _always = self
            .prompt
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        if self.has_begun() {
            self.series()
                .with(|shard, writer| self.read_prompt(shard, writer));
        }
    }

    /// Counts what has not been counted of the prompt.
    #[inline]
    pub(crate) fn read_prompt(&self, shard: &GenerationShard, writer: Writer) {
        // Looked at first, since an exchange costs more.
        if self.prompt.load(Ordering::Relaxed) != 0 {
            match self.prompt.swap(0, Ordering::Relaxed) {
                0 => {}
                tokens => shard.read(tokens.into(), writer),
            }
        }
    }

    #[inline]
    pub(crate) fn is_admitted(&self) -> bool {
        self.is_marked(ADMITTED)
    }

    /// However it is ended, it ends in an error.
    pub(crate) fn fail(&self) {
        self.mark(FAILED);
    }

    /// Where it ends ok, the answer was cut.
    pub(crate) fn truncate(&self) {
        self.mark(TRUNCATED);
    }

    #[inline]
    pub(crate) fn is_truncated(&self) -> bool {
        self.is_marked(TRUNCATED)
    }

    /// However it is ended, it has panicked.
    pub(crate) fn unwound(&self) {
        self.mark(UNWOUND);
    }

    /// How it ends, where it is ended as `outcome`.
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

    /// What it means that it is dropped.
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

    /// `n` tokens came, together.
    #[inline]
    pub(crate) fn tokens(&self, n: u64, moment: Moment) {
        match self.own_shard() {
            Some(shard) => self.tokens_here(n, moment, shard),
            None => self.tokens_elsewhere(n, moment),
        }
    }

    /// Likewise, where no other thread counts at the same time: this one goes on without a lock.
    #[inline]
    pub(crate) fn tokens_alone(&self, n: u64, moment: Moment) {
        match self.own_shard().or_else(|| self.move_here()) {
            Some(shard) => self.tokens_here(n, moment, shard),
            None => self.tokens_elsewhere(n, moment),
        }
    }

    #[inline]
    fn tokens_here(&self, n: u64, moment: Moment, shard: &GenerationShard) {
        let gap = self.step_to(moment);
        match gap {
            Some(_) => self.tally.add_own(n),
            None => self.tally.add_own_together(n),
        }
        shard.more(n, gap, Writer::Sole);
    }

    /// The gap between the last tokens and these, which are the last from here on.
    #[inline]
    fn step_to(&self, moment: Moment) -> Option<Nanos> {
        let last = Ticks::from_raw(self.last.load(Ordering::Relaxed));
        let latest = moment.latest(last);
        self.last.store(latest.raw(), Ordering::Relaxed);
        moment.gap_since(last)
    }

    /// The first of all, or on another thread than the first.
    #[inline(never)]
    fn tokens_elsewhere(&self, n: u64, moment: Moment) {
        match self.series().sole() {
            Some(shard) if self.tally.begin(n, asked()) => {
                self.first_tokens(n, moment.at(), shard, Writer::Sole);
            }
            _ => self.tokens_beside(n, moment),
        }
    }

    #[inline]
    fn first_tokens(&self, n: u64, at: Ticks, shard: &GenerationShard, writer: Writer) {
        let admitted = self.stage.load(Ordering::Relaxed);
        self.stage.store(at.raw(), Ordering::Relaxed);
        if admitted != NEVER {
            let prefill = clock::between(Ticks::from_raw(admitted), at);
            shard.prefill.record(prefill.get(), 1, writer);
        }
        self.last.store(at.raw(), Ordering::Relaxed);
        self.read_prompt(shard, writer);
        shard.first(n, self.age(at), writer);
    }

    /// Not as the owner of the tally, or as a thread that has no slot, or none yet.
    #[cold]
    fn tokens_beside(&self, n: u64, moment: Moment) {
        self.series().with(move |shard, writer| {
            if self.tally.begin(n, asked()) {
                return self.first_tokens(n, moment.at(), shard, writer);
            }
            self.tally.add_beside(n);
            let first_is_known = self.last.load(Ordering::Relaxed) != NEVER;
            let gap = self.step_to(moment).filter(|_| first_is_known);
            shard.more(n, gap, writer);
        });
    }

    /// This thread's share of the series, of which it owns the tally from here on; none where there was no token yet, or it has no share of
    /// its own. Only where no other thread counts at the same time.
    #[cold]
    pub(crate) fn move_here(&self) -> Option<&'static GenerationShard> {
        let shard = self.series().sole()?;
        self.tally.move_to(asked()).then_some(shard)
    }

    pub(crate) fn all_tokens(&self) -> u64 {
        self.tally.total()
    }

    /// Whether a token has come.
    pub(crate) fn has_begun(&self) -> bool {
        self.tally.has_begun()
    }

    /// Records how long the answer took from its first token to its last, and each of those that came after the first ones.
    #[inline]
    pub(crate) fn record_decoding(&self, shard: &GenerationShard, writer: Writer) {
        if !self.has_begun() {
            return;
        }
        let stamp = |at: &AtomicU64| Ticks::from_raw(at.load(Ordering::Relaxed));
        let decoding = clock::between(stamp(&self.stage), stamp(&self.last)).get();
        shard.decode.record(decoding, 1, writer);
        // An answer that came whole says nothing about the time a token takes.
        if let Some(each) = decoding.checked_div(self.tally.later()) {
            shard.per_output_token.record(each, 1, writer);
        }
    }
}

const fn stored(arrived: Ticks) -> u64 {
    match arrived.raw() {
        FREE => FREE + 1,
        raw => raw,
    }
}
