//! What the engine has measured so far, in the form in which a real one reports it.

use wf_instrument::Nanos;
use wf_instrument::histogram::HistogramSnapshot;
use wf_instrument::snapshot::{GenerationTotals, Snapshot, Totals};

use crate::sequence::Sequence;

/// Cumulative totals, and the samples since they were last brought up to date.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    totals: GenerationTotals,
    queue: Vec<u64>,
    first: Vec<u64>,
    gaps: Vec<u64>,
    ended: Vec<u64>,
    per_token: Vec<u64>,
    /// Requests that were answered as promised.
    pub(crate) good: u64,
}

impl Ledger {
    pub(crate) const fn arrived(&mut self) {
        self.totals.arrived += 1;
    }

    pub(crate) fn admitted(&mut self, waited: Nanos) {
        self.queue.push(waited.get());
    }

    pub(crate) fn token(&mut self, sequence: &Sequence, gap: Option<Nanos>) {
        self.totals.tokens += 1;
        match gap {
            None => self.first.push(sequence.time_to_first_token().get()),
            Some(gap) => self.gaps.push(gap.get()),
        }
    }

    pub(crate) fn ended(&mut self, sequence: &Sequence, now: Nanos, good: bool) {
        self.totals.outcomes.ok += 1;
        self.totals.prompt_tokens += u64::from(sequence.prompt);
        self.ended.push(now.since(sequence.arrived).get());
        self.per_token.push(sequence.per_output_token().get());
        self.good += u64::from(good);
    }

    pub(crate) fn turned_away(&mut self) {
        self.totals.outcomes.error += 1;
        self.totals.turned_away += 1;
    }

    pub(crate) const fn done(&self) -> u64 {
        self.totals.outcomes.ok
    }

    pub(crate) fn snapshot(&mut self, at: Nanos, waiting: usize, running: usize) -> Snapshot {
        let totals = &mut self.totals;
        absorb(&mut totals.queue, &mut self.queue);
        absorb(&mut totals.time_to_first_token, &mut self.first);
        absorb(&mut totals.inter_token, &mut self.gaps);
        absorb(&mut totals.end_to_end, &mut self.ended);
        absorb(&mut totals.per_output_token, &mut self.per_token);
        totals.model = "m15".into();
        totals.waiting = waiting as u64;
        totals.running = running as u64;
        let generations = vec![totals.clone()];
        Snapshot {
            at,
            totals: Totals {
                generations,
                ..Totals::default()
            },
        }
    }
}

fn absorb(total: &mut HistogramSnapshot, samples: &mut Vec<u64>) {
    *total = total.plus(&samples.drain(..).collect());
}
