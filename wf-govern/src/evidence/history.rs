//! From a ring of snapshots to evidence.

use crate::number::to_f64;
use std::collections::VecDeque;
use std::sync::Arc;

use super::{Evidence, Host, MODEL_LOAD, Missing, ModelLoads, Quantiles};
use wf_instrument::histogram::{HistogramSnapshot, samples_needed};
use wf_instrument::snapshot::{GenerationMetrics, Label, Metrics, Snapshot};
use wf_instrument::{Nanos, PerSecond, Ratio};
use wf_sense::Readings;

/// The last snapshots, reduced to what the governor looks at: at most [`LONGEST`] seconds of them, about 5 KiB each.
///
/// Windows reach back to the last [`History::cut`] at most, so that no evidence mixes two settings of the knobs.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    rows: VecDeque<Row>,
    last: Option<Nanos>,
}

impl History {
    /// Takes one snapshot in, and says what is known at `now`. About 10 µs with 1 KiB histograms, 30 where windows had to be widened.
    pub(crate) fn sense(
        &mut self,
        now: Nanos,
        snapshot: Snapshot,
        readings: Readings,
        stale_after: Nanos,
    ) -> Evidence {
        let host = Host::of(readings, now, stale_after);
        let at = snapshot.at;
        let missing = self.missing(now, at, stale_after);
        if missing != Some(Missing::ClockWentBack) {
            self.push(Row::of(snapshot));
        }
        let blank = Evidence {
            at: now,
            missing,
            host,
            ..Evidence::default()
        };
        match (missing, self.base()) {
            (None, Some((earlier, latest))) => self.measured(earlier, latest, blank),
            _ => blank,
        }
    }

    /// Forgets everything before the last snapshot: the knobs have moved since.
    pub(crate) fn cut(&mut self) {
        self.rows.drain(..self.rows.len().saturating_sub(1));
    }

    fn missing(&self, now: Nanos, at: Nanos, stale_after: Nanos) -> Option<Missing> {
        let age = now.since(at);
        match self.last {
            Some(last) if at <= last => Some(Missing::ClockWentBack),
            _ if age > stale_after => Some(Missing::Stale(age)),
            None => Some(Missing::NoWindow),
            Some(_) => None,
        }
    }

    fn push(&mut self, row: Row) {
        self.last = Some(row.at);
        let oldest = row.at.since(Nanos::from_secs(LONGEST));
        self.rows.push_back(row);
        while self.rows.len() > 2 && self.rows[1].at <= oldest {
            self.rows.pop_front();
        }
    }

    fn base(&self) -> Option<(&Row, &Row)> {
        let latest = self.rows.back()?;
        let earlier = self.rows.iter().rev().nth(1)?;
        Some((earlier, latest))
    }

    fn measured(&self, earlier: &Row, latest: &Row, blank: Evidence) -> Evidence {
        let (now, before) = (&latest.generations, &earlier.generations);
        let window = latest.at.since(earlier.at);
        let rate = |later: u64, earlier: u64| PerSecond::of(later.saturating_sub(earlier), window);
        let bad = |g: &GenerationMetrics| g.outcomes.error + g.outcomes.panicked;
        Evidence {
            window,
            time_to_first_token: self.first_tokens(),
            inter_token: self.mean_gap(),
            inter_token_p99: self.widened(0.99, |g| g.inter_token_latency()),
            queue_p90: self.widened(0.9, |g| g.queue()),
            tokens: rate(now.tokens, before.tokens),
            done: rate(now.outcomes.ok, before.outcomes.ok),
            arrived: rate(now.arrived, before.arrived),
            gave_up: now
                .cancelled_before_first_token()
                .count()
                .saturating_sub(before.cancelled_before_first_token().count()),
            turned_away: now.rejected.saturating_sub(before.rejected),
            failed: bad(now).saturating_sub(bad(before)),
            waiting: now.waiting,
            running: now.running,
            oldest: now.oldest,
            frames: frames(earlier, latest, window),
            model_loads: self.loads(latest),
            ..blank
        }
    }

    /// Over as long as it takes to tell: a slow model makes few tokens a second.
    fn mean_gap(&self) -> Option<Nanos> {
        let count = |g: &GenerationMetrics| g.inter_token_latency().count();
        let (earlier, latest) = self.window_with(samples_needed(0.5), count)?;
        let gaps = latest
            .inter_token_latency()
            .minus(earlier.inter_token_latency());
        gaps.mean().map(nanos)
    }

    fn first_tokens(&self) -> Quantiles {
        Quantiles {
            p50: self.first_token(0.5),
            p90: self.first_token(0.9),
            p99: self.first_token(0.99),
        }
    }

    /// Those that gave up or were turned away are the slowest: where the quantile falls among them, no time was enough.
    fn first_token(&self, q: f64) -> Option<Nanos> {
        let missed = |g: &GenerationMetrics| {
            g.cancelled_before_first_token()
                .count()
                .saturating_add(g.rejected)
        };
        let sum = |g: &GenerationMetrics| g.time_to_first_token().count().saturating_add(missed(g));
        let (earlier, latest) = self.window_with(samples_needed(q), sum)?;
        let met = latest
            .time_to_first_token()
            .minus(earlier.time_to_first_token());
        let all = to_f64(sum(latest) - sum(earlier));
        let among_met = q * all / to_f64(met.count().max(1));
        if met.is_empty() || among_met > 1.0 {
            return Some(Nanos::new(u64::MAX));
        }
        met.quantile(among_met).map(Nanos::new)
    }

    /// Over as long as is remembered: loads are rare.
    fn loads(&self, latest: &Row) -> ModelLoads {
        let earliest = self.rows.front().unwrap_or(latest);
        let loaded = latest.loaded.minus(&earliest.loaded);
        ModelLoads {
            running: latest.loading,
            took: loaded.mean().map(nanos),
        }
    }

    fn widened(
        &self,
        q: f64,
        field: fn(&GenerationMetrics) -> &HistogramSnapshot,
    ) -> Option<Nanos> {
        let (earlier, latest) = self.window_with(samples_needed(q), |g| field(g).count())?;
        field(latest)
            .minus(field(earlier))
            .quantile(q)
            .map(Nanos::new)
    }

    /// The shortest of the windows in which `count` grew by `needed`.
    fn window_with(
        &self,
        needed: u64,
        count: impl Fn(&GenerationMetrics) -> u64,
    ) -> Option<(&GenerationMetrics, &GenerationMetrics)> {
        let latest = self.rows.back()?;
        let grown = |row: &Row| count(&latest.generations).saturating_sub(count(&row.generations));
        WINDOWS
            .iter()
            .filter_map(|&secs| self.back_to(latest.at.since(Nanos::from_secs(secs))))
            .find(|row| grown(row) >= needed)
            .map(|row| (&row.generations, &latest.generations))
    }

    /// The latest row at or before `moment`, else the oldest that there is beside the last one.
    fn back_to(&self, moment: Nanos) -> Option<&Row> {
        let before_last = self.rows.len().checked_sub(1)?;
        let mut rows = self.rows.iter().take(before_last);
        let slack = Nanos::from_millis(100);
        rows.rfind(|row| row.at <= moment.plus(slack))
            .or(self.rows.front())
            .filter(|_| before_last > 0)
    }
}

/// What the governor looks at of one snapshot: all models together.
#[derive(Clone, Debug, Default)]
struct Row {
    at: Nanos,
    generations: GenerationMetrics,
    /// What drew, how many pictures, and how many a second are promised.
    frames: Vec<(FrameKey, u64, f64)>,
    /// Models that are being loaded, and how long those took that were.
    loading: u64,
    loaded: HistogramSnapshot,
}

type FrameKey = (Arc<str>, Vec<Label>);

impl Row {
    fn of(snapshot: Snapshot) -> Self {
        let Metrics {
            generations,
            frames,
            spans,
            ..
        } = snapshot.metrics;
        let loads = spans.iter().filter(|span| &*span.span == MODEL_LOAD);
        Self {
            at: snapshot.at,
            generations: generations.iter().sum(),
            frames: frames
                .into_iter()
                .map(|f| ((f.frame, f.labels), f.duration.count(), f.target_fps))
                .collect(),
            loading: loads.clone().map(|span| span.in_flight).sum(),
            loaded: loads.fold(HistogramSnapshot::default(), |sum, span| sum.plus(&span.ok)),
        }
    }
}

/// The worst share of the promised frames among the functions that drew in the window. A page that is closed is not short of frames.
fn frames(earlier: &Row, latest: &Row, window: Nanos) -> Option<Ratio> {
    let share = |(key, drawn, promised): &(FrameKey, u64, f64)| {
        let before = earlier
            .frames
            .iter()
            .find(|(other, ..)| other == key)
            .map_or(0, |f| f.1);
        let fresh = drawn.saturating_sub(before);
        let rate = PerSecond::of(fresh, window).filter(|_| fresh > 0)?;
        Ratio::of(rate.get(), *promised)
    };
    let lower = |a: Ratio, b: Ratio| if b.get() < a.get() { b } else { a };
    latest.frames.iter().filter_map(share).reduce(lower)
}

fn nanos(mean: f64) -> Nanos {
    Nanos::new(super::super::limits::whole(mean))
}

/// In seconds: the base window, and what it is widened to.
const WINDOWS: [u64; 3] = [1, 5, LONGEST];
const LONGEST: u64 = 30;

#[cfg(test)]
mod tests;
