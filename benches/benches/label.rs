//! Cost of a label whose value is known at run time only.
//!
//! One of four values, such as an outcome or a device, through a handle for each; and a string that
//! is looked up in each event. Then the same by the number of values that take turns, up to the 32
//! that a site keeps apart.

use std::hint::black_box;
use std::process::ExitCode;

use wf_benches::{Contest, in_turn, values};
use wf_instrument::{Outcome, Unit, registry, wf_measure};

fn main() -> ExitCode {
    wf_benches::main(|arguments| {
        let contests = [label(), by_number()];
        let figures = contests.iter().flat_map(|contest| contest.run(arguments));
        arguments.save(&figures.collect::<Vec<_>>())
    })
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

/// Numbers of values that take turns.
const NUMBERS: [usize; 3] = [1, 4, 32];

fn by_number() -> Contest {
    let mut contest = Contest::new("label, by the number of values");
    let values: Vec<_> = (0..32).map(|i| format!("value {i:02}")).collect();
    for (name, number) in ["handle, 1", "handle, 4", "handle, 32"]
        .into_iter()
        .zip(NUMBERS)
    {
        let series = format!("label_bench_{number}_seconds");
        let handle = |value: &String| {
            let labels = [("value", &**value)];
            registry::histogram(&series, "", Unit::Nanos, &labels).expect("below the limit")
        };
        let handles: Vec<_> = values[..number].iter().map(handle).collect();
        contest = contest.contender(name, move |n| {
            in_turn(n, &handles, |handle| handle.record(black_box(1_500_000)));
        });
    }
    for (name, number) in ["call, 1", "call, 4", "call, 32"].into_iter().zip(NUMBERS) {
        let site = registry::labelled_span(&format!("label bench {number}"), "", &["value"]);
        let site = site.expect("below the limit");
        let values = values[..number].to_vec();
        contest = contest.contender(name, move |n| {
            in_turn(n, &values, |value| {
                site.start_with(&[value]).end(Outcome::Ok)
            });
        });
    }
    let names = [
        "request, 1 model",
        "request, 4 models",
        "request, 32 models",
    ];
    for (name, number) in names.into_iter().zip(NUMBERS) {
        let site = registry::labelled_generation(&format!("models {number}"), "", None, &[]);
        let site = site.expect("below the limit");
        let models = values[..number].to_vec();
        contest = contest.contender(name, move |n| {
            in_turn(n, &models, |model| {
                site.arrive_with(&[model]).end(Outcome::Ok)
            });
        });
    }
    contest
}
