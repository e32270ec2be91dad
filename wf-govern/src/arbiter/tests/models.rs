//! Several knobs of one role, each for a model.

use super::*;

/// Evidence of two models with these mean inter-token latencies in milliseconds.
fn both(at: u64, a: f64, b: f64) -> Evidence {
    let mut both = evidence(at, a.max(b), 128, 6);
    let of_model = |name: &str, ms| (name.into(), evidence(at, ms, 64, 3).requests);
    both.models = vec![of_model("a", a), of_model("b", b)];
    both
}

fn limit(model: &str) -> Position {
    let mut limit = knob(Role::CONCURRENCY, 8, 64);
    limit.name = format!("limit of {model}").into();
    limit.model = Some(model.into());
    limit
}

/// Indices and targets of all moves of a governor of `knobs`.
fn moves(mut knobs: Vec<Position>, ticks: impl Iterator<Item = Evidence>) -> Vec<(usize, u64)> {
    let mut state = State::default();
    let mut made = Vec::new();
    for evidence in ticks {
        let inputs = Inputs {
            evidence,
            knobs: knobs.clone(),
            ..Inputs::default()
        };
        let (next, decision) = step(state, &inputs, &config());
        state = next;
        assert!(decision.moves.len() <= 1, "{}", decision.reason);
        for m in &decision.moves {
            knobs[m.index].value = m.to;
            made.push((m.index, m.to));
        }
    }
    made
}

#[test]
fn each_model_has_its_own_limit_and_one_of_them_moves_a_tick() {
    let knobs = vec![limit("a"), limit("b")];
    let ticks = (10..12).map(|at| both(at, 25.0, 2.0));
    assert_eq!(moves(knobs, ticks), [(0, 6), (1, 12)]);
}

#[test]
fn a_limit_that_moves_each_time_does_not_keep_another_from_moving() {
    let knobs = vec![limit("a"), limit("b")];
    let ticks = (10..14).map(|at| both(at, 2.0, 2.0));
    let moved: Vec<usize> = moves(knobs, ticks)
        .iter()
        .map(|&(index, _)| index)
        .collect();
    assert_eq!(moved, [0, 1, 0, 1]);
}

#[test]
fn a_limit_of_a_model_without_requests_holds_whatever_the_others_do() {
    let knobs = vec![limit("typo")];
    let ticks = (10..40).map(|at| both(at, 25.0, 25.0));
    assert_eq!(moves(knobs, ticks), []);
    let inputs = Inputs {
        evidence: both(10, 25.0, 25.0),
        knobs: vec![limit("typo")],
        ..Inputs::default()
    };
    let reason = step(State::default(), &inputs, &config()).1.reason;
    let hold = "hold limit of typo 8: no requests of model typo are measured";
    assert_eq!(reason, hold);
}

#[test]
fn only_the_first_knob_of_a_role_and_model_is_moved() {
    let knobs = vec![limit("a"), limit("a"), knob(Role::CONCURRENCY, 64, 64)];
    let ticks = (10..40).map(|at| both(at, 2.0, 2.0));
    let moved = moves(knobs, ticks);
    assert!(!moved.is_empty() && moved.iter().all(|&(index, _)| index == 0));
}

#[test]
fn workers_of_a_model_grow_if_its_own_limit_cannot_help() {
    let mut full = limit("a");
    full.value = 64;
    let mut workers = knob(Role::WORKERS, 1, 16);
    workers.model = Some("a".into());
    let knobs = vec![full, limit("b"), workers];
    // Model b has no demand, which says nothing about the workers of model a.
    let ticks = (10..40).map(|at| {
        let mut both = both(at, 16.5, 16.5);
        both.models[1].1.waiting = 0;
        both
    });
    assert_eq!(moves(knobs, ticks), [(2, 2)]);
}
