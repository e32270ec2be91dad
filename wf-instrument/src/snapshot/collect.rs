//! The collection of metrics from shards.

use std::sync::Arc;

use super::metrics::{
    CounterMetrics, FrameMetrics, GaugeMetrics, GenerationMetrics, HistogramMetrics, Metrics,
    Outcomes, RequestHistogram, SpanMetrics,
};
use super::window::Snapshot;
use crate::clock;
use crate::counter::Counter;
use crate::labels::{Label, shown};
use crate::outcome::Outcome;
use crate::record::orphan_tokens;
use crate::registry::{self, Named, Series};
use crate::series::{FrameSeries, GenerationSeries, SpanSeries};
use crate::site::{FrameSite, GenerationSite, SiteRef, SpanSite};
use crate::thread::dropped;

impl Snapshot {
    /// Sums every thread's shards of every series. Stops no writer; allocates; about 5 µs for a
    /// histogram of 8 threads.
    #[must_use]
    pub fn take() -> Self {
        let mut collector = Collector {
            metrics: Metrics::default(),
        };
        registry::sites()
            .into_iter()
            .for_each(|site| collector.site(site));
        for ((name, labels), named) in registry::named() {
            collector.named(name, labels, named);
        }
        Self {
            at: clock::now(),
            metrics: collector.finish(),
        }
    }
}

struct Collector {
    metrics: Metrics,
}

impl Collector {
    fn site(&mut self, site: SiteRef) {
        match site {
            SiteRef::Span(site) => {
                site.series.begin(&[], SpanSeries::new);
                for (labels, series) in site.series.rows(SpanSeries::is_touched) {
                    let row = self.span(site, labels, series);
                    self.metrics.spans.push(row);
                }
            }
            SiteRef::Generation(site) => self.generations(site),
            SiteRef::Frame(site) => {
                site.begin();
                for (labels, series) in site.series.rows(FrameSeries::is_touched) {
                    let row = self.frame(site, labels, series);
                    self.metrics.frames.push(row);
                }
            }
            SiteRef::Counter(site) => {
                site.series.begin(&[], Counter::new);
                let rows = site.series.rows(Counter::is_touched);
                let rows = rows.map(|(labels, counter)| CounterMetrics {
                    name: site.name.into(),
                    help: site.help.into(),
                    labels,
                    value: counter.total(),
                });
                self.metrics.counters.extend(rows);
            }
            // Gauges of one name share a value, which the registry keeps.
            SiteRef::Gauge(_) => {}
        }
    }

    fn span(&mut self, site: &SpanSite, labels: Vec<Label>, series: &SpanSeries) -> SpanMetrics {
        let in_flight = series.in_flight();
        let [ok, error, cancelled, panicked] = Outcome::ALL.map(|outcome| series.snapshot(outcome));
        SpanMetrics {
            span: site.name.into(),
            help: site.help.into(),
            labels,
            in_flight,
            ok,
            error,
            cancelled,
            panicked,
        }
    }

    /// Adds a row for each model and set of labels, and one for requests without: where the code
    /// always names them, only if there were any.
    fn generations(&mut self, site: &GenerationSite) {
        let labelled = site.series.is_labelled();
        if labelled && !site.by_model {
            site.series.begin(&[site.name], GenerationSeries::new);
        }
        let plain = site.series.plain();
        if (!site.by_model && !labelled) || plain.is_touched() {
            let row = self.generation(site.name, site, site.series.no_values(), plain);
            self.metrics.generations.push(row);
        }
        for (values, series) in site.series.sets() {
            let Some((&model, values)) = values.split_first() else {
                continue;
            };
            // Past the limit every value is lost, but for the model that the code names.
            let named = labelled && !site.by_model;
            let model = if named { site.name } else { model };
            let row = self.generation(model, site, site.series.pairs(values), series);
            self.metrics.generations.push(row);
        }
    }

    fn generation(
        &mut self,
        model: &str,
        site: &GenerationSite,
        labels: Vec<Label>,
        series: &GenerationSeries,
    ) -> GenerationMetrics {
        let states = series.states();
        let [ok, error, cancelled, panicked] = states.ended;
        let now = clock::ticks();
        let histograms = RequestHistogram::ALL.map(|which| series.snapshot(which));
        let intervals = histograms[RequestHistogram::InterTokenLatency as usize].count();
        let gapless = series.sum(|shard| shard.gapless.get());
        GenerationMetrics {
            model: shown(model).into(),
            help: site.help.into(),
            labels,
            arrived: states.arrived,
            rejected: states.rejected,
            truncated: states.truncated,
            outcomes: Outcomes {
                ok,
                error,
                cancelled,
                panicked,
            },
            waiting: states.waiting,
            running: states.running,
            oldest: series
                .in_flight
                .oldest()
                .map(|arrival| clock::between(arrival, now)),
            prompt_tokens: series.sum(|shard| shard.prompt_tokens.get()),
            tokens: gapless.saturating_add(intervals),
            target: site.target,
            histograms,
        }
    }

    fn frame(
        &mut self,
        site: &FrameSite,
        labels: Vec<Label>,
        series: &FrameSeries,
    ) -> FrameMetrics {
        FrameMetrics {
            frame: site.name.into(),
            help: site.help.into(),
            labels,
            late: series.late(),
            dropped: series.dropped(),
            duration: series.snapshot(),
            target_fps: site.target_fps,
        }
    }

    fn named(&mut self, name: Arc<str>, labels: Vec<Label>, named: Named) {
        let help = named.help;
        match named.series {
            Series::Counter(counter) => {
                let value = counter.total();
                self.metrics.counters.push(CounterMetrics {
                    name,
                    help,
                    labels,
                    value,
                });
            }
            Series::Gauge(gauge) => {
                let value = gauge.value();
                self.metrics.gauges.push(GaugeMetrics {
                    name,
                    help,
                    labels,
                    value,
                });
            }
            Series::Histogram(unit, recorder) => {
                let samples = recorder.snapshot();
                self.metrics.histograms.push(HistogramMetrics {
                    name,
                    help,
                    labels,
                    unit,
                    samples,
                });
            }
        }
    }

    fn finish(mut self) -> Metrics {
        self.metrics.merge();
        self.metrics.orphan_tokens = orphan_tokens();
        self.metrics.dropped = dropped();
        self.metrics
    }
}
