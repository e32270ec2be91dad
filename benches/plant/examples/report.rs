//! The table and the time of a tick in this crate's documentation:
//! `cargo run --release -p wf-plant --example report`. It runs no experiments on a knob without
//! effect; `tests/governor.rs` does.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::time::Instant;

use wf_instrument::Nanos;
use wf_plant::{Arrivals, Governed, Load, Machine, Plant, Slo, best_static, ungoverned};

const SLO: Slo = Slo {
    time_to_first_token: Nanos::from_millis(500),
    inter_token_latency: Nanos::from_millis(25),
    stall: Nanos::new(37_500_000),
};

const THERE: usize = 60;
const TICKS: usize = 240;

fn main() {
    println!(
        "start | seed | best fixed | its good/s | ungoverned | governed | share | 90 % after | \
         moves | ends at"
    );
    start("1 worker", (8.5, 64), (16, 1));
    start("16 workers", (16.0, 16), (16, 16));
    start("limit 1", (8.5, 64), (1, 2));
    start("limit 64", (16.0, 64), (64, 2));
    cost();
}

fn start(name: &str, (rate, prompt): (f64, u32), at: (u64, u64)) {
    let shed_after = Some(Nanos::from_millis(300));
    let load = Load {
        arrivals: Arrivals::Open(rate),
        prompt,
        output: 64,
        shed_after,
    };
    for seed in 1..=8 {
        let plant = |at| Plant::new(Machine::M15, load, SLO, at, seed);
        let (best, fixed) = best_static(plant, THERE, TICKS);
        let fixed_start = ungoverned(plant(at), TICKS);
        let mut governed = Governed::new(plant(at), &SLO);
        governed.run(TICKS);
        let records = governed.control.records();
        let moves: usize = records.iter().map(|r| r.outcomes.len()).sum();
        let ends: Vec<u64> = records
            .iter()
            .rev()
            .take(1)
            .flat_map(|r| &r.inputs.knobs)
            .map(|k| k.value)
            .collect();
        println!(
            "{name} | {seed} | {best:?} | {:.2} | {:.2} | {:.2} | {:.3} | {:?} | \
             {moves} | {ends:?}",
            per_second(&fixed),
            per_second(&fixed_start),
            per_second(&governed.good),
            governed.share_of(&fixed, THERE),
            governed.arrived(&fixed, 0.9),
        );
    }
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn per_second(good: &[u64]) -> f64 {
    good[THERE..].iter().sum::<u64>() as f64 / (good.len() - THERE) as f64
}

/// Prints the time of a tick: evidence, decision, moves and journal.
fn cost() {
    let load = Load {
        arrivals: Arrivals::Open(16.0),
        prompt: 64,
        output: 64,
        shed_after: Some(Nanos::from_millis(300)),
    };
    let mut governed = Governed::new(Plant::new(Machine::M15, load, SLO, (64, 16), 1), &SLO);
    let mut took: Vec<u128> = (0..2_000)
        .map(|_| {
            let Governed { plant, control, .. } = &mut governed;
            plant.run_until(plant.now().plus(Nanos::from_secs(1)));
            let (snapshot, readings) = (plant.snapshot(), plant.readings());
            let begun = Instant::now();
            control.tick(plant.now(), snapshot, readings);
            begun.elapsed().as_nanos()
        })
        .collect();
    took.sort_unstable();
    println!(
        "tick: median {} ns, p99 {} ns",
        took[took.len() / 2],
        took[took.len() * 99 / 100]
    );
}
