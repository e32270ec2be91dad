//! A batch size in words for people.

use super::curve::Beyond;
use super::{BoundBy, Choice, Knee, SPARE, WORTH, share};
use wf_instrument::Bytes;

impl Choice {
    /// The size, what bounds it, and the numbers that this follows from; where not one sequence fits, what is missing.
    ///
    /// Allocates.
    #[must_use]
    pub fn explain(&self) -> String {
        let memory = self.explain_memory();
        match (self.size, self.bound_by) {
            (0, _) => format!(
                "no batch: {memory}; {} are missing for a first sequence",
                self.missing()
            ),
            (size, BoundBy::Memory) => format!("a batch of {size}, by memory: {memory}"),
            (size, _) => format!("a batch of {size}, {}; {memory}", self.explain_evidence()),
        }
    }

    fn explain_memory(&self) -> String {
        let sizing = &self.sizing;
        if sizing.per_sequence == Bytes::new(0) {
            return "memory sets no bound, since no footprint of a sequence is known".to_owned();
        }
        format!(
            "memory allows {}, as a sequence takes {} and of {} free {} may be used ({} % stay free)",
            self.memory_allows,
            sizing.per_sequence,
            sizing.free,
            sizing.usable(),
            tenth(share(sizing.spare, SPARE) * 100.0)
        )
    }

    fn missing(&self) -> Bytes {
        let usable = self.sizing.usable().get();
        Bytes::new(self.sizing.per_sequence.get().saturating_sub(usable))
    }

    fn explain_evidence(&self) -> String {
        match &self.knee {
            None => "to measure first: no usable measurement is there".to_owned(),
            Some(Knee {
                size, beyond: None, ..
            }) => {
                format!(
                    "to measure next: up to {size}, the largest size measured, each sequence was worth it"
                )
            }
            Some(Knee {
                first,
                beyond: Some(Beyond { size, gain }),
                ..
            }) => format!(
                "by gain: from there to {size} each sequence adds {} tokens/s, less than {} % of the {} that each of the first brings",
                tenth(*gain),
                tenth(share(self.sizing.worth, WORTH) * 100.0),
                tenth(*first)
            ),
        }
    }
}

fn tenth(n: f64) -> f64 {
    let rounded = (n * 10.0).round() / 10.0;
    if rounded.is_finite() { rounded } else { n }
}
