//! A summary in words.

use std::fmt;

use super::summary::{Goodput, Knobs, Summary};
use crate::client::Counts;
use crate::format::{Millis, arrival_verb, count};
use crate::measure::{GovernorStatus, MeasuredTotals};
use crate::quantiles::Quantiles;

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |name: &str, words: String| writeln!(f, "  {name:<10} {words}");
        row(&self.model, ran(self))?;
        row("requests", requests(&self.clients, self.load.is_some()))?;
        row("tokens", tokens(self))?;
        if let Some(kept) = &self.goodput {
            row("goodput", goodput(kept))?;
        }
        if let Some(load) = &self.load {
            row("clients", times(&load.ttft_seconds, &load.gap_seconds))?;
        }
        if let Some(measured) = &self.measured {
            row(
                "measured",
                times(&measured.ttft_seconds, &measured.gap_seconds),
            )?;
            row("", ends(measured))?;
        }
        if let Some(governed) = &self.governor {
            row("governor", governor(governed))?;
        }
        write!(f, "  exact: {}", exact(self.exact, self.clients.sent))
    }
}

fn ran(summary: &Summary) -> String {
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
        "{sent} {verb}: {completed} completed, {rejected} rejected, {failed} failed, {cancelled} cancelled"
    )
}

fn tokens(summary: &Summary) -> String {
    let Summary {
        tokens,
        tokens_per_second,
        clients,
        ..
    } = summary;
    let streamed = format!("{tokens} streamed, {tokens_per_second:.0} a second");
    match clients.tokens.saturating_sub(*tokens) {
        0 => streamed,
        more => format!("{streamed}; {more} more in answers that ended after that"),
    }
}

fn goodput(goodput: &Goodput) -> String {
    let Goodput {
        requests,
        per_second,
        ttft_target_seconds,
        gap_target_seconds,
    } = *goodput;
    let (ttft, gap) = (
        Millis(Some(ttft_target_seconds)),
        Millis(Some(gap_target_seconds)),
    );
    format!(
        "{requests} in time, {per_second:.1} a second (first token within {ttft}, mean gap within {gap})"
    )
}

fn times(ttft: &Quantiles, gap: &Quantiles) -> String {
    let [ttft_p50, ttft_p99] = [ttft.p50, ttft.p99].map(Millis);
    let [gap_p50, gap_p99] = [gap.p50, gap.p99].map(Millis);
    format!(
        "first token p50 {ttft_p50} p99 {ttft_p99} · between tokens p50 {gap_p50} p99 {gap_p99}"
    )
}

fn ends(measured: &MeasuredTotals) -> String {
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
        "{arrived} arrived: {ok} ok, {error} error, {cancelled} cancelled, {panicked} panicked; {}; queue p50 {p50} p99 {p99}",
        count(*tokens, "token")
    )
}

fn governor(governed: &GovernorStatus) -> String {
    let GovernorStatus {
        mode,
        moves,
        bottleneck,
        reason,
        ..
    } = governed;
    let moves = count(*moves, "move");
    format!("{mode}, {moves}, bottleneck {bottleneck}: {reason}")
}

const fn exact(exact: Option<bool>, sent: u64) -> &'static str {
    match exact {
        Some(true) if sent == 0 => "yes (no request came, and none was counted)",
        Some(true) => "yes (each request and each token was counted once on both sides)",
        Some(false) => "no (what the clients counted and what was measured differ)",
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
    fn where_nothing_was_asked_the_counts_agree() {
        assert!(exact(Some(true), 0).starts_with("yes (no request came"));
        assert!(exact(Some(true), 1).starts_with("yes (each request"));
        assert!(exact(None, 0).contains("not measured in this build"));
    }

    #[test]
    fn one_of_a_kind_is_singular() {
        let knobs = |max_concurrent, workers| {
            let knobs = Knobs {
                max_concurrent,
                workers,
            };
            knobs.to_string()
        };
        assert_eq!(knobs(1, 1), "1 sequence on 1 thread");
        assert_eq!(knobs(8, 2), "8 sequences on 2 threads");
        let governed = GovernorStatus {
            moves: 1,
            ..GovernorStatus::default()
        };
        assert!(governor(&governed).contains(", 1 move, "));
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
