//! The results of a run.

use std::time::Duration;

use serde::Serialize;
use wf_instrument::PerSecond;

use super::flags::Flags;
use crate::client::Counts;
use crate::load::LoadTotals;
use crate::measure::{GovernorStatus, MeasuredTotals};
use crate::monitor::Status;

/// The results of a run; as JSON, the report.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Name of the model.
    pub model: String,
    /// Duration of the load, without the drain.
    pub seconds: f64,
    /// Length of the warm-up, which goodput and `load` exclude.
    pub warm_up_seconds: f64,
    /// Requests per second of the built-in load; `None` without it.
    pub rate: Option<f64>,
    /// Seed of the load.
    pub seed: u64,
    /// Knobs at the start.
    pub knobs_before: Knobs,
    /// Knobs when the load ended.
    pub knobs_after: Knobs,
    /// Counts of all clients.
    pub clients: Counts,
    /// Latencies of the built-in load's clients; `None` without it.
    pub load: Option<LoadTotals>,
    /// Requests of the built-in load that met both targets; `None` without it.
    pub goodput: Option<Goodput>,
    /// Tokens that arrived in `seconds`; those of the drain are in `clients` only.
    pub tokens: u64,
    /// `tokens` divided by `seconds`.
    pub tokens_per_second: Option<f64>,
    /// Metrics of the SDK; `None` in a build without them.
    pub measured: Option<MeasuredTotals>,
    /// True if clients and SDK counted the same requests and tokens.
    pub exact: Option<bool>,
    /// State of the governor at the end.
    pub governor: Option<GovernorStatus>,
}

/// Values of the knobs.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Knobs {
    /// Limit of concurrent sequences.
    pub max_concurrent: usize,
    /// Worker threads.
    pub workers: usize,
}

/// Requests that met both targets.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Goodput {
    /// Number of requests.
    pub requests: u64,
    /// Requests per second, without the warm-up; `None` for a run that ended within it.
    pub per_second: Option<f64>,
    /// Target for the time to first token.
    pub ttft_target_seconds: f64,
    /// Target for the mean inter-token latency.
    #[serde(rename = "gap_target_seconds")]
    pub itl_target_seconds: f64,
}

impl Summary {
    /// `stopped` is the state when the load ended, `drained` after the last request ended.
    pub(super) fn new(
        flags: &Flags,
        model: &str,
        stopped: &Status,
        drained: Status,
        measured: Option<MeasuredTotals>,
    ) -> Self {
        let warm_up = flags.warm_up.map_or(Duration::ZERO, Duration::from);
        let clients = drained.counts;
        Self {
            model: model.to_owned(),
            seconds: stopped.elapsed.as_secs_f64(),
            warm_up_seconds: warm_up.as_secs_f64(),
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
                per_second: rate(results.good, stopped.elapsed.saturating_sub(warm_up)),
                ttft_target_seconds: flags.ttft_target.as_secs_f64(),
                itl_target_seconds: flags.itl_target.as_secs_f64(),
            }),
            tokens: stopped.counts.tokens,
            tokens_per_second: rate(stopped.counts.tokens, stopped.elapsed),
            exact: measured.as_ref().map(|measured| measured.equals(&clients)),
            measured,
            governor: drained.recent.map(|recent| recent.governor),
        }
    }
}

fn rate(count: u64, time: Duration) -> Option<f64> {
    PerSecond::of(count, time.into()).map(PerSecond::get)
}

#[cfg(test)]
mod tests {
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
    fn a_run_that_ended_within_its_warm_up_has_no_rate() {
        let flags = Flags::parse_from(["wf-engine", "--warm-up", "10s"]);
        let mut drained = status(4, 9);
        drained.results = Some(LoadTotals::default());
        let summary = Summary::new(&flags, "tiny", &status(4, 9), drained, None);
        assert_eq!(summary.goodput.and_then(|goodput| goodput.per_second), None);
        let text = summary.to_string();
        assert!(
            text.contains("0 requests met both targets, – per second"),
            "{text}"
        );
    }

    #[test]
    fn tokens_per_second_belongs_to_the_tokens_and_the_time_beside_it() {
        let flags = Flags::parse_from(["wf-engine", "--no-load"]);
        let summary = Summary::new(&flags, "tiny", &status(10, 100), status(14, 250), None);
        assert_eq!(summary.clients.tokens, 250);
        let text = summary.to_string();
        assert!(text.contains("tiny       10.0 s"), "{text}");
        let tokens = "100 streamed, 10 per second; 150 more during the drain";
        assert!(text.contains(tokens), "{text}");
    }
}
