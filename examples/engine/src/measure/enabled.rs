//! Instruments of a measured engine: governor, exporter, and a window over the last seconds.

use std::collections::VecDeque;
use std::io;
use std::iter::successors;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use thiserror::Error;
use tokio::runtime::Handle;
use wf_exporter::{Builder, Exporter, governor as governing, profile as profiling, sensors};
use wf_govern::sizing::{Hardware, Profile};
use wf_govern::{Governor, Status};
use wf_instrument::histogram::HistogramSnapshot;
use wf_instrument::snapshot::{GenerationMetrics, Snapshot, Window};
use wf_instrument::{Nanos, PerSecond, registry, wf_gauge};
use wf_sense::{Sensors, Watch};

use super::batch_size::BatchSizes;
use super::knobs;
use super::machine;
use super::options::Options;
use super::sleep_state;
use super::status::{GovernorStatus, KnobPosition, MeasuredTotals, Recent};
use crate::engine::Engine;
use crate::quantiles::Quantiles;

/// Sensors, governor and exporter. Dropping it stops them.
#[derive(Debug)]
pub struct Instruments {
    governor: Governor,
    exporter: Exporter,
    watch: Watch,
    recent: VecDeque<Snapshot>,
    engine: Weak<Engine>,
    sizes: BatchSizes,
    model: String,
}

/// An error at the start of the instruments.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// The governor did not start.
    #[error("the governor did not start: {}", with_causes(.0))]
    Governor(#[from] wf_govern::StartError),
    /// The sensors' thread did not start.
    #[error("the sensors did not start: {0}")]
    Sensors(#[source] io::Error),
    /// The exporter did not start.
    #[error("{} (--metrics)", with_causes(.0))]
    Exporter(#[from] wf_exporter::StartError),
}

/// The message of an error and of each of its causes, in one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}

impl Instruments {
    /// Starts sensors, governor and exporter.
    ///
    /// # Errors
    /// When the address cannot be bound, or the operating system refuses a thread.
    pub fn start(engine: &Arc<Engine>, options: &Options) -> Result<Self, StartError> {
        registry::declare_model(engine.name());
        let watch = watch().map_err(StartError::Sensors)?;
        let governor = govern(engine, options, watch.clone())?;
        let hosts = options.allow_host.iter().map(ToString::to_string);
        let exporter = hosts
            .fold(Exporter::builder(), Builder::allow_host)
            .address(options.metrics.clone())
            .collector(sensors(watch.clone()))
            .collector(profiling(watch.clone()))
            .collector(governing(governor.clone()))
            .collector(sleep_state::never_asleep(engine.name().to_owned()))
            .start()?;
        Ok(Self {
            governor,
            exporter,
            watch,
            recent: VecDeque::from([Snapshot::take()]),
            engine: Arc::downgrade(engine),
            sizes: BatchSizes::default(),
            model: engine.name().to_owned(),
        })
    }

    /// Address of the Prometheus endpoint.
    #[must_use]
    pub const fn address(&self) -> Option<SocketAddr> {
        Some(self.exporter.local_addr())
    }

    /// Metrics of the last ten seconds.
    pub fn recent(&mut self) -> Option<Recent> {
        let now = Snapshot::take();
        let earliest = self.recent.front().unwrap_or(&now);
        let window = Window::between(earliest, &now);
        let generations = self.of_model(&window.metrics.generations);
        let recent = Recent {
            tokens_per_second: PerSecond::of(
                generations.map_or(0, |row| row.tokens),
                window.length(),
            )
            .map(PerSecond::get),
            ttft: generations.map_or_else(Quantiles::default, |row| {
                quantiles(row.time_to_first_token())
            }),
            itl: generations.map_or_else(Quantiles::default, |row| {
                quantiles(row.inter_token_latency())
            }),
            machine: machine::rows(&self.watch.readings()),
            governor: self.governor_status(),
        };
        self.keep(now);
        Some(recent)
    }

    /// Metrics since the start of the process.
    #[must_use]
    pub fn measured(&self) -> Option<MeasuredTotals> {
        let now = Snapshot::take();
        let dropped = now.metrics.dropped;
        let Some(row) = self.of_model(&now.metrics.generations) else {
            return Some(MeasuredTotals {
                dropped,
                ..MeasuredTotals::default()
            });
        };
        Some(MeasuredTotals {
            arrived: row.arrived,
            ok: row.outcomes.ok,
            error: row.outcomes.error,
            cancelled: row.outcomes.cancelled,
            panicked: row.outcomes.panicked,
            prompt_tokens: row.prompt_tokens,
            tokens: row.tokens,
            queue_seconds: quantiles(row.queue()),
            ttft_seconds: quantiles(row.time_to_first_token()),
            itl_seconds: quantiles(row.inter_token_latency()),
            dropped,
        })
    }

    fn of_model<'a>(&self, rows: &'a [GenerationMetrics]) -> Option<&'a GenerationMetrics> {
        rows.iter().find(|row| *row.model == *self.model)
    }

    /// Keeps one snapshot per second, for the last [`WINDOW`].
    fn keep(&mut self, now: Snapshot) {
        if let Some(newest) = self.recent.back() {
            let period = now.at.since(newest.at);
            if period < Nanos::from_secs(1) {
                return;
            }
            let tokens = self.tokens(&now).saturating_sub(self.tokens(newest));
            if let Some(engine) = self.engine.upgrade() {
                self.sizes.record(&engine, tokens, period);
            }
        }
        while let Some(oldest) = self.recent.front()
            && now.at.since(oldest.at) >= WINDOW
        {
            self.recent.pop_front();
        }
        self.recent.push_back(now);
    }

    fn tokens(&self, snapshot: &Snapshot) -> u64 {
        let row = self.of_model(&snapshot.metrics.generations);
        row.map_or(0, |row| row.tokens)
    }

    /// The suggested batch size, which is exported too.
    fn batch_size(&self) -> Option<String> {
        let engine = self.engine.upgrade()?;
        let choice = self.sizes.choose(&engine, &self.watch.readings())?;
        wf_gauge!("suggested_batch_size", choice.size as f64);
        Some(choice.to_string())
    }

    fn governor_status(&self) -> GovernorStatus {
        let status = self.governor.status();
        let moves = self.governor.actions();
        GovernorStatus {
            mode: status.mode.as_str(),
            bottleneck: status.diagnosis.bottleneck.as_str(),
            diagnosis: status.diagnosis.to_string(),
            batch_size: self.batch_size(),
            tier: status.tier.map(|tier| tier.to_string()),
            bound_by: status.constraint.as_str(),
            moves: moves.iter().map(|action| action.count).sum(),
            knobs: positions(&status),
            last_move: status.last_move,
            reason: status.reason,
        }
    }
}

/// Initial settings for this hardware, as a table.
#[must_use]
pub fn profile() -> Option<String> {
    let readings = Sensors::new().settle(SETTLED).read();
    Some(Profile::of(Hardware::from_readings(&readings)).to_string())
}

/// Sensors of the machine, and of the tokio runtime if called in one.
fn watch() -> io::Result<Watch> {
    let sensors = Sensors::new();
    Watch::start(match Handle::try_current() {
        Ok(runtime) => sensors.runtime(&runtime),
        Err(_) => sensors,
    })
}

fn govern(
    engine: &Arc<Engine>,
    options: &Options,
    watch: Watch,
) -> Result<Governor, wf_govern::StartError> {
    let builder = Governor::builder()
        .target_ttft(options.ttft_target)
        .target_inter_token_latency(options.itl_target)
        .knob(knobs::max_concurrent(engine))
        .knob(knobs::workers(engine))
        .sensors(watch);
    match options.advisory {
        true => builder.advisory().start(),
        false => builder.start(),
    }
}

fn positions(status: &Status) -> Vec<KnobPosition> {
    let knob = |position: &wf_govern::knob::Position| KnobPosition {
        name: position.name.to_string(),
        value: position.value,
        error: position.error.clone(),
        min: position.bounds.min(),
        max: position.bounds.max(),
    };
    status.knobs.iter().map(knob).collect()
}

fn quantiles(times: &HistogramSnapshot) -> Quantiles {
    let seconds = |nanos: Option<u64>| nanos.map(|nanos| Nanos::new(nanos).as_secs());
    Quantiles {
        count: times.count(),
        p50: seconds(times.quantile(0.5)),
        p99: seconds(times.quantile(0.99)),
        max: seconds(times.max()),
    }
}

/// Time that a GPU driver may take to load.
const SETTLED: Duration = Duration::from_secs(10);

/// Long enough for a p99 of the inter-token latency, short enough to follow a move of a knob.
const WINDOW: Nanos = Nanos::from_secs(10);
