//! The summary as text.

use std::fmt;

use super::summary::{Goodput, Knobs, Summary};
use crate::client::Counts;
use crate::format::{Millis, arrival_verb, count};
use crate::measure::{GovernorStatus, MeasuredTotals};
use crate::quantiles::Quantiles;

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |name: &str, text: String| writeln!(f, "  {name:<10} {text}");
        row(&self.model, run(self))?;
        row("requests", requests(&self.clients, self.load.is_some()))?;
        row("tokens", tokens(self))?;
        if let Some(met) = &self.goodput {
            row("goodput", goodput(met))?;
        }
        if let Some(load) = &self.load {
            row("clients", latencies(&load.ttft_seconds, &load.itl_seconds))?;
        }
        if let Some(measured) = &self.measured {
            row(
                "measured",
                latencies(&measured.ttft_seconds, &measured.itl_seconds),
            )?;
            row("", outcomes(measured))?;
        }
        if let Some(status) = &self.governor {
            row("governor", governor(status))?;
        }
        write!(f, "  exact: {}", exact(self.exact, self.clients.sent))
    }
}

fn run(summary: &Summary) -> String {
    let Summary {
        seconds,
        knobs_before,
        knobs_after,
        ..
    } = summary;
    format!("{seconds:.1} s, {knobs_before} → {knobs_after}")
}

fn requests(counts: &Counts, built_in_load: bool) -> String {
    let Counts {
        sent,
        completed,
        rejected,
        failed,
        cancelled,
        ..
    } = counts;
    let verb = arrival_verb(built_in_load);
    format!(
        "{sent} {verb}: {completed} completed, {rejected} rejected, {failed} failed, \
         {cancelled} cancelled"
    )
}

fn tokens(summary: &Summary) -> String {
    let Summary {
        tokens,
        tokens_per_second,
        clients,
        ..
    } = summary;
    let streamed = format!(
        "{tokens} streamed, {} per second",
        number(*tokens_per_second, 0)
    );
    match clients.tokens.saturating_sub(*tokens) {
        0 => streamed,
        more => format!("{streamed}; {more} more during the drain"),
    }
}

fn goodput(goodput: &Goodput) -> String {
    let Goodput {
        requests,
        per_second,
        ttft_target_seconds,
        itl_target_seconds,
    } = *goodput;
    let (ttft, itl) = (
        Millis(Some(ttft_target_seconds)),
        Millis(Some(itl_target_seconds)),
    );
    format!(
        "{requests} requests met both targets, {} per second (TTFT {ttft}, mean ITL {itl})",
        number(per_second, 1)
    )
}

/// A number with some decimals, or a dash if it is unknown.
fn number(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.decimals$}"))
}

fn latencies(ttft: &Quantiles, itl: &Quantiles) -> String {
    let [ttft_p50, ttft_p99] = [ttft.p50, ttft.p99].map(Millis);
    let [itl_p50, itl_p99] = [itl.p50, itl.p99].map(Millis);
    format!("TTFT p50 {ttft_p50} p99 {ttft_p99} · ITL p50 {itl_p50} p99 {itl_p99}")
}

fn outcomes(measured: &MeasuredTotals) -> String {
    let MeasuredTotals {
        arrived,
        ok,
        error,
        cancelled,
        panicked,
        tokens,
        queue_seconds,
        ..
    } = measured;
    let [p50, p99] = [queue_seconds.p50, queue_seconds.p99].map(Millis);
    format!(
        "{arrived} arrived: {ok} ok, {error} error, {cancelled} cancelled, {panicked} panicked; \
         {}; queue time p50 {p50} p99 {p99}",
        count(*tokens, "token")
    )
}

fn governor(status: &GovernorStatus) -> String {
    let GovernorStatus {
        mode,
        moves,
        bottleneck,
        reason,
        ..
    } = status;
    let moves = count(*moves, "move");
    format!("{mode}; {moves}; bottleneck {bottleneck}; last decision: {reason}")
}

const fn exact(exact: Option<bool>, sent: u64) -> &'static str {
    match exact {
        Some(true) if sent == 0 => "yes (clients and SDK counted no request)",
        Some(true) => "yes (clients and SDK counted the same requests and tokens)",
        Some(false) => "no (the counts of clients and SDK differ)",
        None => "not measured in this build",
    }
}

impl fmt::Display for Knobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            max_concurrent,
            workers,
        } = self;
        let sequences = count(*max_concurrent as u64, "sequence");
        let threads = count(*workers as u64, "thread");
        write!(f, "{sequences} on {threads}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_requests_the_counts_agree() {
        assert!(exact(Some(true), 0).starts_with("yes (clients and SDK counted no request"));
        assert!(exact(Some(true), 1).starts_with("yes (clients and SDK counted the same"));
        assert!(exact(None, 0).contains("not measured in this build"));
    }

    #[test]
    fn a_count_of_one_is_singular() {
        let knobs = |max_concurrent, workers| {
            let knobs = Knobs {
                max_concurrent,
                workers,
            };
            knobs.to_string()
        };
        assert_eq!(knobs(1, 1), "1 sequence on 1 thread");
        assert_eq!(knobs(8, 2), "8 sequences on 2 threads");
        let status = GovernorStatus {
            moves: 1,
            ..GovernorStatus::default()
        };
        assert!(governor(&status).contains("; 1 move; bottleneck "));
    }

    #[test]
    fn requests_are_sent_by_the_built_in_load_and_received_without_it() {
        let counts = Counts {
            sent: 192,
            ..Counts::default()
        };
        assert!(requests(&counts, true).starts_with("192 sent: "));
        assert!(requests(&counts, false).starts_with("192 received: "));
    }
}
