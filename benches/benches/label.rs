//! Cost of a label whose value is known at run time only.
//!
//! One of four values, such as an outcome or a device, through a handle for each; and a string that
//! is looked up in each event.

use std::hint::black_box;
use std::process::ExitCode;

use wf_benches::{Contest, values};
use wf_instrument::{Unit, registry, wf_measure};

fn main() -> ExitCode {
    wf_benches::main(|arguments| arguments.save(&label().run(arguments)))
}

const DEVICES: [&str; 4] = ["cpu", "cuda:0", "cuda:1", "disk"];

fn label() -> Contest {
    let handles = DEVICES.map(|device| {
        registry::histogram(
            "label_bench_seconds",
            "",
            Unit::Nanos,
            &[("device", device)],
        )
        .expect("four are fewer than the limit")
    });
    Contest::new("label")
        .contender("wf, one series", move |n| {
            values(n, |v| handles[0].record(v))
        })
        .contender("wf, a handle for each of 4 values", move |n| {
            values(n, |v| handles[(black_box(v) & 3) as usize].record(v));
        })
        .contender("wf, a string looked up in each event", |n| {
            values(n, |v| {
                let device = DEVICES[(black_box(v) & 3) as usize];
                let labels = [("device", device)];
                let found = registry::histogram("label_bench_seconds", "", Unit::Nanos, &labels);
                found.expect("it is there").record(v);
            });
        })
        .contender("wf, a request", |n| (0..n).for_each(|_| plain()))
        .contender("wf, a request to a model by its name", |n| {
            (0..n).for_each(|i| of_model(DEVICES[(black_box(i) & 3) as usize]));
        })
}

#[wf_measure(ttft)]
fn plain() {
    black_box(());
}

#[wf_measure(ttft, model = model)]
fn of_model(model: &str) {
    black_box(());
}
