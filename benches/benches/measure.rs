//! Cost of measuring a function, beside the two clock readings that it needs and beside its
//! peers.
//!
//! The function does nothing, so the result is the cost of measuring. Peers may defer work to
//! another thread: `--json` and the second table give the CPU time of the whole process per call,
//! deferred work included.

use std::hint::black_box;
use std::process::ExitCode;

use wf_benches::{Arguments, Contest};
use wf_instrument::wf_measure;

fn main() -> ExitCode {
    wf_benches::main(run)
}

fn run(arguments: &Arguments) -> Result<(), String> {
    fastrace::set_reporter(Nowhere, fastrace::collector::Config::default());
    let subscriber = tracing_subscriber::registry();
    tracing::subscriber::set_global_default(subscriber).map_err(|error| error.to_string())?;
    let guard = hotpath::HotpathGuardBuilder::new("bench").build();
    let mut figures = measure().run(arguments);
    figures.extend(measure().run_for_processor_time(arguments));
    // Its report at the end is not measured.
    std::mem::forget(guard);
    arguments.save(&figures)
}

fn measure() -> Contest {
    let clock = quanta::Clock::new();
    let app = App::default();
    Contest::new("measure")
        .contender("bare", |n| times(n, bare))
        .contender("two clock readings", move |n| {
            times(n, || {
                let start = clock.raw();
                black_box(clock.raw() - start);
            });
        })
        .contender("wf", |n| times(n, by_wf))
        .contender("wf, Result", |n| {
            times(n, || {
                let _ended_either_way = by_wf_with_result();
            })
        })
        .contender("hotpath", |n| times(n, by_hotpath))
        .contender("metered, ResponseTime and InFlight", move |n| {
            times(n, || app.by_metered());
        })
        .contender("autometrics, prometheus", |n| times(n, by_autometrics))
        // No latency distribution: it emits spans only.
        .contender("fastrace, in a root", |n| {
            let root = fastrace::Span::root("root", fastrace::collector::SpanContext::random());
            let _scope = root.set_local_parent();
            times(n, by_fastrace);
        })
        .contender("tracing, registry", |n| times(n, by_tracing))
}

#[inline(never)]
fn bare() {
    black_box(());
}

#[wf_measure]
#[inline(never)]
fn by_wf() {
    black_box(());
}

#[wf_measure]
#[inline(never)]
fn by_wf_with_result() -> Result<u64, u64> {
    black_box(Ok(1))
}

#[hotpath::measure]
#[inline(never)]
fn by_hotpath() {
    black_box(());
}

#[autometrics::autometrics]
#[inline(never)]
fn by_autometrics() {
    black_box(());
}

#[fastrace::trace]
#[inline(never)]
fn by_fastrace() {
    black_box(());
}

#[tracing::instrument]
#[inline(never)]
fn by_tracing() {
    black_box(());
}

#[derive(Default)]
struct App {
    metrics: AppMetrics,
}

#[metered::metered(registry = AppMetrics)]
impl App {
    #[measure([metered::ResponseTime, metered::InFlight])]
    #[inline(never)]
    fn by_metered(&self) {
        black_box(());
    }
}

struct Nowhere;

impl fastrace::collector::Reporter for Nowhere {
    fn report(&mut self, spans: Vec<fastrace::collector::SpanRecord>) {
        black_box(spans);
    }
}

fn times(n: u64, mut call: impl FnMut()) {
    (0..n).for_each(|_| call());
}
