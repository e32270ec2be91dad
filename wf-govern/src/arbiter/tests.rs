mod bounds;
mod concurrency;
mod models;
mod trial;
mod workers;

use super::*;
use crate::config::Targets;
use crate::evidence::{Evidence, RequestEvidence};
use crate::knob::{Knob, Position, Role};
use wf_instrument::{Bytes, Nanos, PerSecond, Ratio};
use wf_sense::Reading;

const TARGET: Nanos = Nanos::from_millis(20);

fn config() -> Config {
    let targets = Targets {
        time_to_first_token: Some(Nanos::from_millis(500)),
        inter_token_latency: Some(TARGET),
    };
    Config {
        targets,
        ..Config::default()
    }
}

fn knob(role: Role, value: u64, max: u64) -> Position {
    let knob = Knob::new(role.as_str(), 1..=max, move || value, Ok);
    knob.for_role(role).position()
}

/// One tick at second `at` with the mean inter-token latency in milliseconds.
fn evidence(at: u64, gap_ms: f64, running: u64, waiting: u64) -> Evidence {
    let at = Nanos::from_secs(at);
    let gap = Nanos::new(crate::number::whole(gap_ms * 1e6));
    let requests = RequestEvidence {
        inter_token_latency: Some(gap),
        inter_token_latency_p99: Some(gap),
        tokens: PerSecond::of(500, Nanos::from_secs(1)),
        arrived: PerSecond::of(10, Nanos::from_secs(1)),
        running,
        waiting,
        ..RequestEvidence::default()
    };
    let mut evidence = Evidence {
        at,
        window: Nanos::from_secs(1),
        requests,
        ..Evidence::default()
    };
    evidence.host.cores = Reading::Present { value: 2.0, at };
    evidence.host.process_cpu = Reading::Present {
        value: Ratio::new(0.5).unwrap(),
        at,
    };
    evidence.host.memory = Reading::Present {
        value: Ratio::new(0.3).unwrap(),
        at,
    };
    evidence.host.memory_limit = Reading::Present {
        value: Bytes::new(4 << 30),
        at,
    };
    evidence
}

fn inputs(evidence: Evidence, limit: u64) -> Inputs {
    let knobs = vec![knob(Role::CONCURRENCY, limit, 64)];
    Inputs {
        evidence,
        knobs,
        ..Inputs::default()
    }
}

/// The first decision of a fresh governor.
fn first(evidence: Evidence, limit: u64) -> Decision {
    step(State::default(), &inputs(evidence, limit), &config()).1
}

/// Decisions of a governor of both knobs whose moves are made, and the knobs at the end.
fn governed(
    workers: u64,
    ticks: impl IntoIterator<Item = Evidence>,
) -> (Vec<Decision>, Vec<Position>) {
    let mut knobs = vec![
        knob(Role::CONCURRENCY, 8, 8),
        knob(Role::WORKERS, workers, 16),
    ];
    let mut state = State::default();
    let mut decisions = Vec::new();
    for evidence in ticks {
        let inputs = Inputs {
            evidence,
            knobs: knobs.clone(),
            ..Inputs::default()
        };
        let (next, decision) = step(state, &inputs, &config());
        for m in &decision.moves {
            knobs[m.index].value = m.to;
        }
        state = next;
        decisions.push(decision);
    }
    (decisions, knobs)
}
