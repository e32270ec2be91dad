//! Cost of an increment, through the handle that an application keeps, beside its peers.

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use metrics::Recorder as _;
use metrics_exporter_prometheus::PrometheusBuilder;
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::metrics::{ManualReader, SdkMeterProvider};
use wf_benches::Contest;
use wf_instrument::Counter;

static WF: Counter = Counter::new();
static ATOMIC: AtomicU64 = AtomicU64::new(0);
static METRIKEN: metriken::Counter = metriken::Counter::new();

fn main() -> ExitCode {
    wf_benches::main(|arguments| arguments.save(&counter().run(arguments)))
}

fn counter() -> Contest {
    let prometheus = prometheus::IntCounter::new("c", "c").expect("its name is valid");
    let client = prometheus_client::metrics::counter::Counter::<u64>::default();
    let measured = measured::Counter::new();
    let fast = fast_telemetry::Counter::new(8);
    let recorder = PrometheusBuilder::new().build_recorder();
    let metadata = metrics::Metadata::new(module_path!(), metrics::Level::INFO, None);
    let handle = recorder.register_counter(&metrics::Key::from_static_name("c"), &metadata);
    let provider = SdkMeterProvider::builder()
        .with_reader(ManualReader::builder().build())
        .build();
    let otel = provider.meter("bench").u64_counter("c").build();
    Contest::new("counter")
        .contender("empty loop", |n| each(n, |_| ()))
        .contender("wf", |n| each(n, |i| WF.add(i & 1)))
        .contender("AtomicU64, shared", |n| {
            each(n, |i| {
                ATOMIC.fetch_add(i & 1, Ordering::Relaxed);
            });
        })
        .contender("prometheus IntCounter", move |n| {
            each(n, |i| prometheus.inc_by(i & 1));
        })
        .contender("prometheus-client Counter", move |n| {
            each(n, |i| {
                client.inc_by(i & 1);
            });
        })
        .contender("metriken Counter", |n| {
            each(n, |i| {
                METRIKEN.add(i & 1);
            });
        })
        .contender("measured Counter", move |n| {
            each(n, |i| measured.inc_by(i & 1));
        })
        .contender("fast-telemetry Counter", move |n| {
            each(n, |i| fast.add(isize::from(i & 1 == 1)));
        })
        .contender("metrics with its exporter", move |n| {
            let _kept = &recorder;
            each(n, |i| handle.increment(i & 1));
        })
        .contender("opentelemetry Counter", move |n| {
            let _kept = &provider;
            each(n, |i| otel.add(i & 1, &[]));
        })
}

fn each(n: u64, mut add: impl FnMut(u64)) {
    (0..n).for_each(|i| add(black_box(i)));
}
