//! A summary in words.

use std::fmt;

use super::summary::{Goodput, Knobs, Summary};
use crate::client::Counts;
use crate::measure::{Governed, Measured};
use crate::spread::Spread;

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |name: &str, words: String| writeln!(f, "  {name:<10} {words}");
        row(&self.model, ran(self))?;
        row("requests", requests(&self.clients))?;
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

fn requests(counts: &Counts) -> String {
    let Counts {
        sent,
        answered,
        shed,
        failed,
        left,
        ..
    } = counts;
    format!("{sent} sent: {answered} answered, {shed} shed, {failed} failed, {left} left")
}

fn tokens(summary: &Summary) -> String {
    let (count, rate) = (summary.clients.tokens, summary.tokens_per_second);
    format!("{count} streamed, {rate:.0} a second")
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

fn times(ttft: &Spread, gap: &Spread) -> String {
    let [ttft_p50, ttft_p99] = [ttft.p50, ttft.p99].map(Millis);
    let [gap_p50, gap_p99] = [gap.p50, gap.p99].map(Millis);
    format!(
        "first token p50 {ttft_p50} p99 {ttft_p99} · between tokens p50 {gap_p50} p99 {gap_p99}"
    )
}

fn ends(measured: &Measured) -> String {
    let Measured {
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
        "{arrived} arrived: {ok} ok, {error} error, {cancelled} cancelled, {panicked} panicked; {tokens} tokens; queue p50 {p50} p99 {p99}"
    )
}

fn governor(governed: &Governed) -> String {
    let Governed {
        mode,
        moves,
        bottleneck,
        reason,
        ..
    } = governed;
    format!("{mode}, {moves} moves, bottleneck {bottleneck}: {reason}")
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
        write!(f, "{max_concurrent} sequences on {workers} threads")
    }
}

/// Seconds, shown in milliseconds, and in microseconds where those would be rounded to nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Millis(pub(crate) Option<f64>);

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.map(|seconds| seconds * 1e3) {
            None => f.write_str("–"),
            Some(millis) if millis < 0.001 => f.write_str("<1 µs"),
            Some(millis) if millis < 0.1 => write!(f, "{:.0} µs", millis * 1e3),
            Some(millis) if millis < 10.0 => write!(f, "{millis:.2} ms"),
            Some(millis) => write!(f, "{millis:.0} ms"),
        }
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
    fn an_unknown_time_is_not_zero() {
        assert_eq!(Millis(None).to_string(), "–");
        assert_eq!(Millis(Some(0.000_000_3)).to_string(), "<1 µs");
        assert_eq!(Millis(Some(0.000_003)).to_string(), "3 µs");
        assert_eq!(Millis(Some(0.000_5)).to_string(), "0.50 ms");
        assert_eq!(Millis(Some(0.0205)).to_string(), "20 ms");
    }
}
