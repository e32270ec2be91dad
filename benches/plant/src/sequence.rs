//! One request in the engine.

use wf_instrument::Nanos;

use crate::model::Slo;

/// A request, from its arrival to its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sequence {
    pub(crate) arrived: Nanos,
    pub(crate) prompt: u32,
    pub(crate) output: u32,
    pub(crate) generated: u32,
    first: Nanos,
    last: Nanos,
    stalls: u32,
}

impl Sequence {
    pub(crate) const fn new(arrived: Nanos, prompt: u32, output: u32) -> Self {
        Self {
            arrived,
            prompt,
            output,
            generated: 0,
            first: Nanos::ZERO,
            last: Nanos::ZERO,
            stalls: 0,
        }
    }

    /// Records a token at `now` and returns its inter-token latency; `None` for the first.
    pub(crate) fn token(&mut self, now: Nanos, stall: Nanos) -> Option<Nanos> {
        self.generated += 1;
        if self.generated == 1 {
            (self.first, self.last) = (now, now);
            return None;
        }
        let latency = now.since(self.last);
        self.last = now;
        self.stalls += u32::from(latency > stall);
        Some(latency)
    }

    pub(crate) const fn is_done(&self) -> bool {
        self.generated >= self.output
    }

    pub(crate) const fn time_to_first_token(&self) -> Nanos {
        self.first.since(self.arrived)
    }

    /// TPOT: (last − first) / (n − 1).
    pub(crate) fn time_per_output_token(&self) -> Nanos {
        let intervals = u64::from(self.generated.saturating_sub(1)).max(1);
        Nanos::new(self.last.since(self.first).get() / intervals)
    }

    pub(crate) fn meets(&self, slo: &Slo) -> bool {
        self.time_to_first_token() <= slo.time_to_first_token
            && self.time_per_output_token() <= slo.inter_token_latency
            && self.stalls <= self.generated / 20
    }
}
