//! Claims about the governor, on the simulated engine in virtual time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wf_govern::knob::Knob;
use wf_govern::{Cause, Control, Record, State, step};
use wf_instrument::Nanos;
use wf_plant::{Arrivals, Governed, Load, Machine, Plant, Slo, best_static, config, ungoverned};
use wf_sense::Readings;

const SLO: Slo = Slo {
    time_to_first_token: Nanos::from_millis(500),
    inter_token_latency: Nanos::from_millis(25),
    stall: Nanos::new(37_500_000),
};

const SEEDS: std::ops::Range<u64> = 1..5;

/// Ticks until the governor must have recovered, and ticks of a run.
const RECOVERED: usize = 60;
const TICKS: usize = 180;

const fn load(rate: f64, prompt: u32) -> Load {
    let shed_after = Some(Nanos::from_millis(300));
    Load {
        arrivals: Arrivals::Open(rate),
        prompt,
        output: 64,
        shed_after,
    }
}

/// Asserts that from tick 60 on the governor has at least 90 % of the good requests of the best
/// fixed setting, and that the starting setting has less.
fn check_recovery(load: Load, start: (u64, u64)) {
    for seed in SEEDS {
        let plant = |at| Plant::new(Machine::M15, load, SLO, at, seed);
        let (at, fixed) = best_static(plant, RECOVERED, TICKS);
        let mut governed = Governed::new(plant(start), &SLO);
        governed.run(TICKS);
        let share = governed.share_of(&fixed, RECOVERED);
        assert!(
            share >= 0.9,
            "seed {seed}: {share:.3} of the best fixed setting {at:?}"
        );

        let alone: u64 = ungoverned(plant(start), TICKS)[RECOVERED..].iter().sum();
        let best: u64 = fixed[RECOVERED..].iter().sum();
        assert!(
            alone * 10 < best * 9,
            "seed {seed}: the start {start:?} is not bad: {alone} of {best}"
        );
    }
}

#[test]
fn one_worker_is_raised_to_the_number_of_cores() {
    check_recovery(load(8.5, 64), (16, 1));
}

#[test]
fn sixteen_workers_on_two_cores_are_lowered() {
    check_recovery(load(16.0, 16), (16, 16));
}

#[test]
fn a_limit_of_one_is_raised() {
    check_recovery(load(8.5, 64), (1, 2));
}

#[test]
fn a_limit_of_64_under_overload_is_lowered() {
    check_recovery(load(16.0, 64), (64, 2));
}

#[test]
fn a_good_start_is_moved_at_most_ten_times_in_five_minutes() {
    for seed in SEEDS {
        let mut governed = Governed::new(
            Plant::new(Machine::M15, load(7.0, 64), SLO, (12, 2), seed),
            &SLO,
        );
        governed.run(300);
        let moves: usize = governed
            .control
            .records()
            .iter()
            .map(|r| r.outcomes.len())
            .sum();
        assert!(moves <= 10, "seed {seed}: {moves} moves in five minutes");
    }
}

/// Eight cores and four workers under overload, beside a neighbour.
fn overloaded(neighbour: f64, seed: u64) -> Plant {
    let machine = Machine {
        neighbour,
        ..Machine::M15.with_cores(8, 0.02)
    };
    Plant::new(machine, load(60.0, 64), SLO, (16, 4), seed)
}

/// Runs trials of the move from 4 to 6 workers. Returns how many were kept and rolled back.
fn run_trials(plant: Plant, workers: Knob, ticks: usize) -> (usize, usize) {
    let mut config = config(&SLO);
    config.limits.after_rollback = Nanos::ZERO;
    config.limits.after_accept = Nanos::ZERO;
    config.limits.experiments = usize::MAX;
    let control = Control::new(config, vec![plant.concurrency(), workers])
        .expect("the configuration is valid");
    let mut governed = Governed {
        plant,
        control,
        good: Vec::new(),
    };
    let (mut kept, mut rolled_back) = (0, 0);
    for _ in 0..ticks {
        match governed.tick().cause {
            Cause::Kept => {
                kept += 1;
                let now = governed.plant.now();
                governed
                    .control
                    .set("workers", 4, now, now)
                    .expect("the knob takes 4");
            }
            Cause::RolledBack => rolled_back += 1,
            _ => {}
        }
    }
    (kept, rolled_back)
}

/// Runs trials over several seeds. Returns the number of kept ones, and of all.
fn kept_and_all(placebo: bool, neighbour: f64, ticks: usize) -> (usize, usize) {
    let run = |seed| {
        let plant = overloaded(neighbour, seed);
        let workers = if placebo {
            plant.placebo(4)
        } else {
            plant.workers()
        };
        run_trials(plant, workers, ticks)
    };
    let results: Vec<(usize, usize)> = (0..4).map(run).collect();
    let kept = results.iter().map(|e| e.0).sum();
    (kept, kept + results.iter().map(|e| e.1).sum::<usize>())
}

#[test]
fn a_knob_without_effect_is_kept_in_at_most_one_trial_of_twenty() {
    for neighbour in [0.0, 0.1, 0.2] {
        let (kept, all) = kept_and_all(true, neighbour, 2_000);
        assert!(
            all >= 60,
            "only {all} trials beside a neighbour of {neighbour}"
        );
        assert!(
            kept * 20 <= all,
            "{kept} of {all} kept beside a neighbour of {neighbour}"
        );
    }
}

#[test]
fn a_knob_with_a_large_effect_is_kept() {
    for neighbour in [0.0, 0.1, 0.2] {
        let (kept, all) = kept_and_all(false, neighbour, 600);
        assert!(
            kept * 10 >= all * 9,
            "{kept} of {all} kept beside a neighbour of {neighbour}"
        );
    }
}

/// A knob that reads 1 and 2 and sets 4 and 2 workers.
fn reversed_knob(plant: &Plant) -> (Knob, Arc<AtomicU64>) {
    let (mut engine, reported) = (plant.workers(), Arc::new(AtomicU64::new(1)));
    let (read, set) = (reported.clone(), reported.clone());
    let apply = move |to: u64| {
        engine.apply(6 - 2 * to)?;
        set.store(to, Ordering::Relaxed);
        Ok(to)
    };
    (
        Knob::workers(1..=2, move || read.load(Ordering::Relaxed), apply),
        reported,
    )
}

#[test]
fn a_harmful_move_is_rolled_back() {
    for seed in SEEDS {
        let plant = overloaded(0.0, seed);
        let (knob, reported) = reversed_knob(&plant);
        let control = Control::new(config(&SLO), vec![plant.concurrency(), knob]).unwrap();
        let mut governed = Governed {
            plant,
            control,
            good: Vec::new(),
        };
        let mut harmful = 0;
        for _ in 0..120 {
            governed.tick();
            harmful += reported.load(Ordering::Relaxed) - 1;
        }
        let rolled_back = governed
            .control
            .records()
            .iter()
            .filter(|r| r.decision.cause == Cause::RolledBack)
            .count();
        assert!(rolled_back >= 1, "seed {seed}: never tried");
        assert_eq!(reported.load(Ordering::Relaxed), 1, "seed {seed}");
        assert!(
            harmful <= 24,
            "seed {seed}: {harmful} ticks with the harmful setting"
        );
    }
}

#[test]
fn without_fresh_evidence_nothing_moves() {
    let mut plant = Plant::new(Machine::M15, load(16.0, 64), SLO, (64, 2), 1);
    let mut control =
        Control::new(config(&SLO), vec![plant.concurrency(), plant.workers()]).unwrap();
    plant.run_until(Nanos::from_secs(5));
    let old = plant.snapshot();
    for second in 0..60 {
        let decision = control.tick(
            Nanos::from_secs(9 + second),
            old.clone(),
            Readings::default(),
        );
        assert!(decision.moves.is_empty(), "{}", decision.reason);
    }
}

#[test]
fn without_sensors_the_limit_is_governed_and_the_workers_are_not() {
    let mut plant = Plant::new(Machine::M15, load(16.0, 64), SLO, (64, 16), 1);
    let mut control =
        Control::new(config(&SLO), vec![plant.concurrency(), plant.workers()]).unwrap();
    for second in 1..60 {
        plant.run_until(Nanos::from_secs(second));
        control.tick(plant.now(), plant.snapshot(), Readings::default());
    }
    let records = control.records();
    let knobs = &records.last().unwrap().inputs.knobs;
    assert!(knobs[0].value < 32 && knobs[1].value == 16, "{knobs:?}");
}

fn journal(start: (u64, u64), seed: u64) -> Vec<Record> {
    let plant = Plant::new(Machine::M15, load(16.0, 16), SLO, start, seed);
    let mut governed = Governed::new(plant, &SLO);
    governed.run(200);
    governed.control.records()
}

#[test]
fn replaying_recorded_inputs_gives_the_recorded_decisions() {
    for start in [(16, 1), (16, 16), (64, 2)] {
        let mut state = State::default();
        for record in journal(start, 7) {
            let (next, decision) = step(state, &record.inputs, &config(&SLO));
            assert_eq!(decision, record.decision, "record {}", record.seq);
            state = next;
        }
    }
}

#[test]
fn every_decision_has_a_reason() {
    for record in journal((16, 16), 7) {
        assert!(!record.decision.reason.is_empty(), "record {}", record.seq);
        let explained = record.decision.moves.is_empty() || record.decision.cause != Cause::Hold;
        assert!(explained, "record {} moves without a cause", record.seq);
    }
}
