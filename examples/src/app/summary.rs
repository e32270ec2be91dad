//! What came of a run.

use std::fmt;

use serde::Serialize;

use super::flags::Flags;
use super::view::View;
use crate::client::Counts;
use crate::load::Totals;
use crate::measure::{Governed, Measured};
use crate::spread::Spread;

/// The whole run in numbers. As JSON it is the report.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The model that answered.
    pub model: String,
    /// How long the load ran, without the time to drain.
    pub seconds: f64,
    /// Requests a second that the load meant to send; `None` without a load.
    pub rate: Option<f64>,
    /// The load's seed.
    pub seed: u64,
    /// Where the knobs stood at the start.
    pub knobs_before: Knobs,
    /// Where they stood at the end.
    pub knobs_after: Knobs,
    /// What all clients counted.
    pub clients: Counts,
    /// What the load's clients lived through.
    pub load: Totals,
    /// Requests that kept both targets.
    pub goodput: Goodput,
    /// Tokens that arrived, a second.
    pub tokens_per_second: f64,
    /// What the SDK measured; `None` in a build that does not measure.
    pub measured: Option<Measured>,
    /// Whether the clients and the SDK counted the same, to the last token.
    pub exact: Option<bool>,
    /// Where the governor stood at the end.
    pub governor: Option<Governed>,
}

/// The knobs' positions.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Knobs {
    /// Sequences in at once.
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
    pub(super) fn new(
        flags: &Flags,
        model: &str,
        seconds: f64,
        last: View,
        measured: Option<Measured>,
    ) -> Self {
        Self {
            model: model.to_owned(),
            seconds,
            rate: (!flags.no_load).then_some(flags.rate),
            seed: flags.seed,
            knobs_before: Knobs {
                max_concurrent: flags.max_concurrent,
                workers: flags.workers,
            },
            knobs_after: Knobs {
                max_concurrent: last.max_concurrent,
                workers: last.workers,
            },
            clients: last.counts,
            load: last.score,
            goodput: Goodput {
                requests: last.score.good,
                per_second: per(last.score.good, seconds),
                ttft_target_seconds: flags.ttft_target.as_secs_f64(),
                gap_target_seconds: flags.gap_target.as_secs_f64(),
            },
            tokens_per_second: per(last.counts.tokens, seconds),
            exact: measured
                .as_ref()
                .map(|measured| measured.equals(&last.counts)),
            measured,
            governor: last.look.map(|look| look.governed),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts {
            sent,
            answered,
            shed,
            failed,
            left,
            tokens,
            ..
        } = self.clients;
        writeln!(
            f,
            "{} for {:.1} s, knobs {} → {}",
            self.model, self.seconds, self.knobs_before, self.knobs_after
        )?;
        writeln!(
            f,
            "  requests   {sent} sent: {answered} answered, {shed} shed, {failed} failed, {left} left"
        )?;
        writeln!(
            f,
            "  tokens     {tokens} streamed, {:.0} a second",
            self.tokens_per_second
        )?;
        writeln!(
            f,
            "  goodput    {} requests in time, {:.1} a second (first token within {:.0} ms, mean gap within {:.0} ms)",
            self.goodput.requests,
            self.goodput.per_second,
            self.goodput.ttft_target_seconds * 1e3,
            self.goodput.gap_target_seconds * 1e3
        )?;
        write_times(
            f,
            "clients",
            &self.load.ttft_seconds,
            &self.load.gap_seconds,
        )?;
        if let Some(measured) = &self.measured {
            write_times(f, "measured", &measured.ttft_seconds, &measured.gap_seconds)?;
            write_measured(f, measured)?;
        }
        if let Some(governed) = &self.governor {
            writeln!(
                f,
                "  governor   {}, {} moves, bottleneck {}: {}",
                governed.mode, governed.moves, governed.bottleneck, governed.reason
            )?;
        }
        match self.exact {
            Some(true) => write!(
                f,
                "  exact: yes (each request and each token was counted once on both sides)"
            ),
            Some(false) => write!(
                f,
                "  exact: no (the clients' counts above and those measured differ)"
            ),
            None => write!(f, "  exact: not measured in this build"),
        }
    }
}

fn write_times(f: &mut fmt::Formatter<'_>, who: &str, ttft: &Spread, gap: &Spread) -> fmt::Result {
    writeln!(
        f,
        "  {who:<10} first token p50 {} p99 {} · between tokens p50 {} p99 {}",
        Millis(ttft.p50),
        Millis(ttft.p99),
        Millis(gap.p50),
        Millis(gap.p99)
    )
}

fn write_measured(f: &mut fmt::Formatter<'_>, measured: &Measured) -> fmt::Result {
    writeln!(
        f,
        "             {} arrived: {} ok, {} error, {} cancelled, {} panicked; {} tokens; queue p50 {} p99 {}",
        measured.arrived,
        measured.ok,
        measured.error,
        measured.cancelled,
        measured.panicked,
        measured.tokens,
        Millis(measured.queue_seconds.p50),
        Millis(measured.queue_seconds.p99)
    )
}

impl fmt::Display for Knobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} sequences/{} threads",
            self.max_concurrent, self.workers
        )
    }
}

/// Seconds, shown in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Millis(pub(crate) Option<f64>);

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.map(|seconds| seconds * 1e3) {
            None => f.pad("–"),
            Some(millis) if millis < 10.0 => f.pad(&format!("{millis:.2} ms")),
            Some(millis) => f.pad(&format!("{millis:.0} ms")),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2⁵³")]
fn per(count: u64, seconds: f64) -> f64 {
    count as f64 / seconds
}
