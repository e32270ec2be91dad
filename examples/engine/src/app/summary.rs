//! What came of a run.

use serde::Serialize;

use super::flags::Flags;
use crate::client::Counts;
use crate::load::LoadTotals;
use crate::measure::{GovernorStatus, MeasuredTotals};
use crate::monitor::Status;

/// The whole run in numbers. As JSON it is the report.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The model that answered.
    pub model: String,
    /// How long the load ran, without the time to drain.
    pub seconds: f64,
    /// The first part of that, which goodput and the load's times leave out.
    pub warm_up_seconds: f64,
    /// Requests a second that the load meant to send; `None` without a load.
    pub rate: Option<f64>,
    /// The load's seed.
    pub seed: u64,
    /// Where the knobs stood at the start.
    pub knobs_before: Knobs,
    /// Where they stood when the load ended.
    pub knobs_after: Knobs,
    /// What all clients counted.
    pub clients: Counts,
    /// What the load's clients lived through; `None` without a load.
    pub load: Option<LoadTotals>,
    /// Requests of the load that kept both targets; `None` without a load.
    pub goodput: Option<Goodput>,
    /// Tokens that arrived in `seconds`; `clients` has those of the time to drain too.
    pub tokens: u64,
    /// Those a second.
    pub tokens_per_second: f64,
    /// What the SDK measured; `None` in a build that does not measure.
    pub measured: Option<MeasuredTotals>,
    /// Whether the clients and the SDK counted the same, to the last token.
    pub exact: Option<bool>,
    /// Where the governor stood at the end.
    pub governor: Option<GovernorStatus>,
}

/// The knobs' positions.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Knobs {
    /// Sequences processed at once.
    pub max_concurrent: usize,
    /// Threads that compute.
    pub workers: usize,
}

/// Good requests.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Goodput {
    /// How many.
    pub requests: u64,
    /// How many a second.
    pub per_second: f64,
    /// The longest time to the first token.
    pub ttft_target_seconds: f64,
    /// The longest mean time between tokens.
    pub gap_target_seconds: f64,
}

impl Summary {
    /// `stopped` is when the load ended, `drained` when the last answer had its end.
    pub(super) fn new(
        flags: &Flags,
        model: &str,
        stopped: &Status,
        drained: Status,
        measured: Option<MeasuredTotals>,
    ) -> Self {
        let seconds = stopped.elapsed.as_secs_f64();
        let warm_up = flags.warm_up.map_or(0.0, |time| time.as_secs_f64());
        let clients = drained.counts;
        Self {
            model: model.to_owned(),
            seconds,
            warm_up_seconds: warm_up,
            rate: (!flags.no_load).then_some(flags.rate),
            seed: flags.seed,
            knobs_before: Knobs {
                max_concurrent: flags.max_concurrent,
                workers: flags.workers,
            },
            knobs_after: Knobs {
                max_concurrent: stopped.max_concurrent,
                workers: stopped.workers,
            },
            clients,
            load: drained.results,
            goodput: drained.results.map(|results| Goodput {
                requests: results.good,
                per_second: per(results.good, seconds - warm_up),
                ttft_target_seconds: flags.ttft_target.as_secs_f64(),
                gap_target_seconds: flags.gap_target.as_secs_f64(),
            }),
            tokens: stopped.counts.tokens,
            tokens_per_second: per(stopped.counts.tokens, seconds),
            exact: measured.as_ref().map(|measured| measured.equals(&clients)),
            measured,
            governor: drained.recent.map(|recent| recent.governed),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2⁵³")]
fn per(count: u64, seconds: f64) -> f64 {
    // A run that was stopped during its warm-up has no rates.
    if seconds > 0.0 {
        count as f64 / seconds
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::Parser;

    use super::*;

    fn status(seconds: u64, tokens: u64) -> Status {
        let counts = Counts {
            tokens,
            ..Counts::default()
        };
        Status {
            elapsed: Duration::from_secs(seconds),
            counts,
            ..Status::default()
        }
    }

    #[test]
    fn the_rate_is_of_the_tokens_and_the_time_that_are_shown_with_it() {
        let flags = Flags::parse_from(["wf-engine", "--no-load"]);
        let summary = Summary::new(&flags, "tiny", &status(10, 100), status(14, 250), None);
        assert_eq!(summary.clients.tokens, 250);
        let words = summary.to_string();
        assert!(words.contains("tiny       10.0 s"), "{words}");
        let tokens = "100 streamed, 10 a second; 150 more in answers that ended after that";
        assert!(words.contains(tokens), "{words}");
    }
}
