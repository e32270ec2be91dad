//! The token counts and times of a request.

use super::{NEVER, Request};
use crate::clock::{self, Ticks};
use crate::series::generation::{GenerationSeries, GenerationShard, RequestHistogram};
use crate::series::token_count::few;
use crate::series::token_time::TokenTime;
use crate::sync::{AtomicU64, Ordering};
use crate::thread::{Writer, cached_slot};
use crate::units::Nanos;

// Relaxed throughout, as in the parent module.
impl Request<GenerationSeries> {
    /// Adds `n` tokens to the prompt.
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
        // Read first, since an exchange costs more.
        if self.prompt.load(Ordering::Relaxed) != 0 {
            self.take_prompt(shard, writer);
        }
    }

    // Out of line: most requests have no prompt left, and its callers would save registers for it.
    #[inline(never)]
    fn take_prompt(&self, shard: &GenerationShard, writer: Writer) {
        match self.prompt.swap(0, Ordering::Relaxed) {
            0 => {}
            tokens => shard.read(tokens.into(), writer),
        }
    }

    /// Records `n` tokens that came together.
    // Always, here and below: the number of tokens and how their time is known are constants of
    // most callers, and a call of its own takes some 20 instructions more without them.
    #[inline(always)]
    pub(crate) fn tokens(&self, n: u64, time: TokenTime) {
        match self.owned_shard() {
            Some(shard) => self.tokens_here(n, time, shard),
            None => self.tokens_elsewhere(n, time),
        }
    }

    /// Likewise, where no other thread counts at the same time: this thread then counts by plain
    /// stores.
    #[inline(always)]
    pub(crate) fn tokens_alone(&self, n: u64, time: TokenTime) {
        match self.owned_shard() {
            Some(shard) => self.tokens_here(n, time, shard),
            None => self.tokens_alone_elsewhere(n, time),
        }
    }

    /// The first of all, or on another thread than those before.
    #[cold]
    #[inline(never)]
    fn tokens_alone_elsewhere(&self, n: u64, time: TokenTime) {
        match self.take_over() {
            Some(shard) => self.tokens_here(n, time, shard),
            None => self.tokens_elsewhere(n, time),
        }
    }

    #[inline(always)]
    fn tokens_here(&self, n: u64, time: TokenTime, shard: &GenerationShard) {
        let gap = self.step_to(time);
        match gap {
            Some(_) => self.token_count.add_own(n),
            None => self.token_count.add_own_together(n),
        }
        shard.more(n, gap, Writer::Sole);
    }

    /// The interval between the last tokens and these, which become the last.
    #[inline]
    fn step_to(&self, time: TokenTime) -> Option<Nanos> {
        let last = Ticks::from_raw(self.last.load(Ordering::Relaxed));
        let latest = time.latest(last);
        self.last.store(latest.raw(), Ordering::Relaxed);
        time.gap_since(last)
    }

    /// The first of all, or on another thread than the first.
    #[inline(never)]
    fn tokens_elsewhere(&self, n: u64, time: TokenTime) {
        match self.series().sole() {
            Some(shard) if self.begin_tokens(n, cached_slot(), shard) => {
                self.first_tokens(n, time.at(), shard, Writer::Sole);
            }
            _ => self.tokens_beside(n, time),
        }
    }

    // Always: whether the compiler makes it a call of its own varies, and costs 5 instructions.
    #[inline(always)]
    fn first_tokens(&self, n: u64, at: Ticks, shard: &GenerationShard, writer: Writer) {
        let admitted = self.stage.load(Ordering::Relaxed);
        self.stage.store(at.raw(), Ordering::Relaxed);
        if admitted != NEVER {
            let prefill = clock::between(Ticks::from_raw(admitted), at);
            shard
                .histogram(RequestHistogram::Prefill)
                .record(prefill.get(), 1, writer);
        }
        self.last.store(at.raw(), Ordering::Relaxed);
        self.read_prompt(shard, writer);
        shard.first(n, self.age(at), writer);
    }

    /// For a thread that does not own the count, or that has no slot, or none yet.
    #[cold]
    fn tokens_beside(&self, n: u64, time: TokenTime) {
        self.series().with(move |shard, writer| {
            if self.begin_tokens(n, cached_slot(), shard) {
                return self.first_tokens(n, time.at(), shard, writer);
            }
            let first_is_known = self.last.load(Ordering::Relaxed) != NEVER;
            let gap = self.step_to(time).filter(|_| first_is_known);
            match gap {
                None if first_is_known => self.token_count.add_beside_together(n),
                _ => self.token_count.add_beside(n),
            }
            shard.more(n, gap, writer);
        });
    }

    /// Makes this thread the owner of the count, and returns its share of the series; none where no
    /// token was counted yet, or it has no share of its own. Only where no other thread counts at
    /// the same time.
    #[inline]
    pub(crate) fn move_here(&self) -> Option<&'static GenerationShard> {
        self.owned_shard().or_else(|| self.take_over())
    }

    #[cold]
    fn take_over(&self) -> Option<&'static GenerationShard> {
        let shard = self.series().sole()?;
        self.move_tokens(cached_slot(), shard).then_some(shard)
    }

    /// The number of tokens that were counted.
    pub(crate) fn all_tokens(&self) -> u64 {
        self.token_count.total()
    }

    /// Returns whether a token was counted.
    pub(crate) fn has_begun(&self) -> bool {
        self.token_count.has_begun()
    }

    /// Records the number of tokens, the time from the first token to the last, and the mean time
    /// per token after the first ones.
    // Always: as in `GenerationSeries::end_in`.
    #[inline(always)]
    pub(crate) fn record_tokens(&self, shard: &GenerationShard, writer: Writer) {
        let tokens = self.all_tokens();
        shard
            .histogram(RequestHistogram::TokensEach)
            .record(tokens, 1, writer);
        if !self.has_begun() {
            return;
        }
        let stamp = |at: &AtomicU64| Ticks::from_raw(at.load(Ordering::Relaxed));
        let decoding = clock::between(stamp(&self.stage), stamp(&self.last)).get();
        shard
            .histogram(RequestHistogram::Decode)
            .record(decoding, 1, writer);
        // A response whose tokens were all in one item has no time per token.
        if let Some(each) = decoding.checked_div(self.token_count.later_of(tokens)) {
            shard
                .histogram(RequestHistogram::TimePerOutputToken)
                .record(each, 1, writer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fork_leaves_no_request_to_a_thread_that_it_has_lost() {
        let series: &'static GenerationSeries = Box::leak(Box::new(GenerationSeries::new()));
        let request = series.begin(clock::ticks());
        let count = || {
            request.tokens(1, TokenTime::Made(clock::ticks()));
            cached_slot()
        };
        // Twice, since a thread's first event claims its slot.
        let lost = std::thread::scope(|scope| scope.spawn(|| (count(), count()).1).join());
        let lost = lost.unwrap();
        assert!(request.token_count.is_owned_by(lost));
        series.reset_after_fork(usize::from(lost));
        assert!(request.token_count.is_owned_by(lost));
        series.reset_after_fork(usize::from(lost) + 1);
        assert!(!request.token_count.is_owned_by(lost));
        count();
        assert_eq!(request.all_tokens(), 3);
        request.end();
    }

    #[test]
    fn a_request_that_moves_is_counted_by_plain_stores_on_its_new_thread() {
        let series: &'static GenerationSeries = Box::leak(Box::new(GenerationSeries::new()));
        let request = series.begin(clock::ticks());
        let count = || {
            // Twice, since a thread's first event claims its slot.
            (0..2).for_each(|_| request.tokens_alone(1, TokenTime::Made(clock::ticks())));
            request.owned_shard().is_some()
        };
        assert!(count());
        assert!(std::thread::scope(|scope| scope.spawn(count).join()).is_ok_and(|owns| owns));
        assert!(count());
        assert_eq!((request.all_tokens(), request.token_count.later()), (6, 5));
        request.end();
    }
}
