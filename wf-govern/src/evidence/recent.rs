//! The latest snapshots, and the evidence from windows between them.

use std::sync::Arc;

use super::host::Host;
use super::requests::RequestEvidence;
use super::{Evidence, MODEL_LOAD, Missing, ModelLoads};
use crate::number::whole;
use wf_instrument::histogram::HistogramSnapshot;
use wf_instrument::snapshot::{
    FrameMetrics, GenerationMetrics, History, Metrics, Snapshot, SpanMetrics, Window,
};
use wf_instrument::{Nanos, PerSecond, Ratio};
use wf_sense::Readings;

/// The snapshots of the last 30 s.
///
/// Windows reach back to the last [`Recent::cut`] at most, so that no evidence mixes two settings
/// of the knobs.
#[derive(Clone, Debug)]
pub(crate) struct Recent {
    pub(super) snapshots: History,
    last: Option<Nanos>,
}

impl Recent {
    /// Takes in one snapshot and returns the evidence at `now`.
    pub(crate) fn sense(
        &mut self,
        now: Nanos,
        snapshot: Snapshot,
        readings: Readings,
        stale_after: Nanos,
    ) -> Evidence {
        let missing = self.missing(now, snapshot.at, stale_after);
        if missing != Some(Missing::ClockWentBack) {
            self.last = Some(snapshot.at);
            self.snapshots.push(needed(snapshot));
        }
        let blank = Evidence {
            at: now,
            missing,
            host: Host::of(readings, now, stale_after),
            ..Evidence::default()
        };
        let Some(windows) = Windows::of(&self.snapshots).filter(|_| missing.is_none()) else {
            return blank;
        };
        let requests = windows.requests(|_| true);
        Evidence {
            window: windows.base.length(),
            models: windows.by_model(&requests),
            requests,
            frames: frames(&windows.base),
            model_loads: windows.model_loads(),
            ..blank
        }
    }

    /// Forgets everything before the last snapshot: a knob has been moved since.
    pub(crate) fn cut(&mut self) {
        self.snapshots.cut();
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
}

impl Default for Recent {
    fn default() -> Self {
        let [.., longest] = WINDOWS;
        Self {
            snapshots: History::new(longest),
            last: None,
        }
    }
}

/// The part of a snapshot that evidence is computed from.
fn needed(mut snapshot: Snapshot) -> Snapshot {
    let all = std::mem::take(&mut snapshot.metrics);
    let is_load = |span: &SpanMetrics| &*span.span == MODEL_LOAD;
    snapshot.metrics = {
        let mut metrics = Metrics::default();
        metrics.generations = all.generations;
        metrics.frames = all.frames;
        metrics.spans = all.spans.into_iter().filter(is_load).collect();
        metrics
    };
    snapshot
}

/// The windows that end at the last snapshot.
struct Windows {
    /// From the last tick to this one.
    base: Window,
    /// Those that latencies are taken over, the shortest first, but for the base window.
    longer: Vec<Window>,
    /// True if latencies are taken over the base window too: ticks are a second apart.
    base_is_shortest: bool,
}

impl Windows {
    fn of(snapshots: &History) -> Option<Self> {
        let (before, latest) = snapshots.last()?;
        let mut begins: Vec<&Snapshot> = WINDOWS
            .iter()
            .filter_map(|&length| snapshots.back(length))
            .map(|(begin, _)| begin)
            .collect();
        begins.dedup_by_key(|begin| begin.at);
        let base_is_shortest = begins.first().is_some_and(|begin| begin.at == before.at);
        let longer = begins.into_iter().skip(usize::from(base_is_shortest));
        let window = |begin: &Snapshot| Window::between(begin, latest);
        Some(Self {
            base: window(before),
            longer: longer.map(window).collect(),
            base_is_shortest,
        })
    }

    /// Evidence about the requests of the rows that `belongs` picks.
    fn requests(&self, belongs: impl Fn(&GenerationMetrics) -> bool) -> RequestEvidence {
        let sum = |window: &Window| -> GenerationMetrics {
            let rows = window.metrics.generations.iter();
            rows.filter(|row| belongs(row)).sum()
        };
        let mut windows = vec![sum(&self.base)];
        windows.extend(self.longer.iter().map(sum));
        let shortest = usize::from(!self.base_is_shortest);
        RequestEvidence::of(self.base.length(), &windows[0], &windows[shortest..])
    }

    /// Evidence of each model; `all` is that of all of them together.
    fn by_model(&self, all: &RequestEvidence) -> Vec<(Arc<str>, RequestEvidence)> {
        let rows = self.base.metrics.generations.iter();
        let mut models: Vec<Arc<str>> = rows.map(|row| row.model.clone()).collect();
        models.dedup();
        if let [only] = &models[..] {
            return vec![(only.clone(), all.clone())];
        }
        let evidence = |model: Arc<str>| {
            let requests = self.requests(|row| row.model == model);
            (model, requests)
        };
        models.into_iter().map(evidence).collect()
    }

    /// Loads are rare: their mean is over the longest window.
    fn model_loads(&self) -> ModelLoads {
        let recent = self.longer.last().unwrap_or(&self.base);
        let loads = recent.metrics.spans.iter();
        let loaded = { loads }.fold(HistogramSnapshot::default(), |sum, load| sum.plus(&load.ok));
        let running = self.base.metrics.spans.iter().map(|load| load.in_flight);
        ModelLoads {
            running: running.sum(),
            mean_duration: loaded.mean().map(|mean| Nanos::new(whole(mean))),
        }
    }
}

/// The worst share of the target frame rate among the functions that drew in the window. A page
/// that is closed draws nothing and misses nothing.
fn frames(window: &Window) -> Option<Ratio> {
    let share = |frames: &FrameMetrics| {
        let drawn = frames.duration.count();
        let rate = PerSecond::of(drawn, window.length()).filter(|_| drawn > 0)?;
        Ratio::of(rate.get(), frames.target_fps)
    };
    let lower = |a: Ratio, b: Ratio| if b.get() < a.get() { b } else { a };
    window.metrics.frames.iter().filter_map(share).reduce(lower)
}

/// The windows that latencies are taken over.
const WINDOWS: [Nanos; 3] = [
    Nanos::from_secs(1),
    Nanos::from_secs(5),
    Nanos::from_secs(30),
];
