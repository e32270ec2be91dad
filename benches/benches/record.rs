//! Cost of a sample of a histogram, through the handle that an application keeps, beside its
//! peers.
//!
//! Each contender records the same 4,096 values, log-uniform between 1 ns and 1 s. Peers with
//! buckets get 60, as their exporters would use; peers that take seconds get seconds, converted in
//! the loop.

use std::cell::RefCell;
use std::hint::black_box;
use std::process::ExitCode;
use std::sync::{LazyLock, Mutex};

use fast_telemetry::{Distribution, Histogram as FastHistogram};
use hdrhistogram::Histogram;
use hdrhistogram::sync::{Recorder as HdrRecorder, SyncHistogram};
use metrics::Recorder as _;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::metrics::{ManualReader, SdkMeterProvider};
use wf_benches::{Contest, values};
use wf_instrument::histogram::Recorder;

static WF: Recorder = Recorder::new();

static HDR: LazyLock<SyncHistogram<u64>> = LazyLock::new(|| plain().into_sync());

thread_local! {
    static HDR_RECORDER: RefCell<HdrRecorder<u64>> = RefCell::new(HDR.recorder());
    static HDR_PLAIN: RefCell<Histogram<u64>> = RefCell::new(plain());
}

static METRIKEN: metriken::ShardedCounterHistogram = metriken::ShardedCounterHistogram::new(7, 64);

fn main() -> ExitCode {
    wf_benches::main(|arguments| arguments.save(&record().run(arguments)))
}

fn record() -> Contest {
    let contest = Contest::new("record")
        .contender("loop and table", |n| {
            values(n, |v| {
                black_box(v);
            });
        })
        .contender("wf", |n| values(n, |v| WF.record(v)));
    buckets(log_linear(contest))
}

/// Peers that keep two significant digits.
fn log_linear(contest: Contest) -> Contest {
    let atomic = histogram::AtomicHistogram::new(7, 64).expect("as its documentation has it");
    let locked = Mutex::new(plain());
    contest
        .contender("hdrhistogram, plain, one per thread", |n| {
            HDR_PLAIN.with_borrow_mut(|h| values(n, |v| h.saturating_record(v)));
        })
        .contender("hdrhistogram SyncHistogram", |n| {
            HDR_RECORDER.with_borrow_mut(|recorder| values(n, |v| recorder.saturating_record(v)));
        })
        .contender("hdrhistogram in a Mutex", move |n| {
            values(n, |v| {
                locked.lock().expect("nobody panics").saturating_record(v);
            });
        })
        .contender("histogram AtomicHistogram", move |n| {
            values(n, |v| drop(atomic.increment(v)));
        })
        .contender("metriken ShardedCounterHistogram", |n| {
            values(n, |v| drop(METRIKEN.increment(v)));
        })
}

/// Peers with fixed buckets.
fn buckets(contest: Contest) -> Contest {
    let prometheus = prometheus::Histogram::with_opts(
        prometheus::HistogramOpts::new("h", "h").buckets(bounds().map(seconds).to_vec()),
    )
    .expect("its name is valid");
    let client = prometheus_client::metrics::histogram::Histogram::new(bounds().map(seconds));
    let measured = measured::Histogram::with_metadata(
        measured::metric::histogram::Thresholds::with_buckets(bounds().map(seconds)),
    );
    let fast = FastHistogram::new(&bounds(), 8);
    let distribution = Distribution::new(8);
    let (recorder, sampled) = metrics_histogram();
    let (provider, otel) = opentelemetry_histogram();
    contest
        .contender("prometheus Histogram", move |n| {
            values(n, |v| prometheus.observe(seconds(v)));
        })
        .contender("prometheus-client Histogram", move |n| {
            values(n, |v| client.observe(seconds(v)));
        })
        .contender("measured Histogram", move |n| {
            values(n, |v| measured.observe(seconds(v)));
        })
        .contender("fast-telemetry Histogram", move |n| {
            values(n, |v| fast.record(v));
        })
        .contender("fast-telemetry Distribution", move |n| {
            values(n, |v| distribution.record(v));
        })
        // It keeps every sample until they are folded, which costs time too.
        .contender("metrics with its exporter, folded", move |n| {
            values(n, |v| sampled.record(seconds(v)));
            recorder.handle().run_upkeep();
        })
        .contender("opentelemetry Histogram", move |n| {
            let _kept = &provider;
            values(n, |v| otel.record(v, &[]));
        })
}

fn metrics_histogram() -> (PrometheusRecorder, metrics::Histogram) {
    let recorder = PrometheusBuilder::new()
        .set_buckets(&bounds().map(seconds))
        .expect("bounds are not empty")
        .build_recorder();
    let metadata = metrics::Metadata::new(module_path!(), metrics::Level::INFO, None);
    let histogram = recorder.register_histogram(&metrics::Key::from_static_name("h"), &metadata);
    (recorder, histogram)
}

fn opentelemetry_histogram() -> (SdkMeterProvider, opentelemetry::metrics::Histogram<u64>) {
    let provider = SdkMeterProvider::builder()
        .with_reader(ManualReader::builder().build())
        .build();
    let histogram = provider.meter("bench").u64_histogram("h").build();
    (provider, histogram)
}

fn plain() -> Histogram<u64> {
    Histogram::new_with_bounds(1, u64::MAX / 2, 2).expect("bounds are in order")
}

/// 60 bounds from 100 ns to half a minute, each 1.4 times the previous one.
fn bounds() -> [u64; 60] {
    let mut bound = 100;
    std::array::from_fn(|_| {
        bound = bound * 7 / 5;
        bound
    })
}

fn seconds(nanos: u64) -> f64 {
    nanos as f64 * 1e-9
}
