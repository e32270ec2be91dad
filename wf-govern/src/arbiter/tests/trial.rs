//! Ends of trials and their rollbacks.

use super::*;

/// Ticks of a starved pool of one thread, with what `meddle` does to the knobs after each tick's
/// moves.
fn starved(
    mode: impl Fn(&[Position]) -> Mode,
    mut meddle: impl FnMut(&Decision, &mut [Position]),
) -> Vec<Decision> {
    let mut knobs = vec![knob(Role::CONCURRENCY, 8, 8), knob(Role::WORKERS, 1, 16)];
    let mut state = State::default();
    let mut decisions = Vec::new();
    for at in 10..40 {
        let inputs = Inputs {
            evidence: evidence(at, 16.5, 8, 9),
            mode: mode(&knobs),
            knobs: knobs.clone(),
            ..Inputs::default()
        };
        let (next, decision) = step(state, &inputs, &config());
        state = next;
        for m in &decision.moves {
            knobs[m.index].value = m.to;
        }
        meddle(&decision, &mut knobs);
        decisions.push(decision);
    }
    decisions
}

const fn active(_: &[Position]) -> Mode {
    Mode::Active
}

#[test]
fn a_trial_is_aborted_if_anything_else_moves_a_knob() {
    for (index, gone, why) in [
        (1, 7, "workers is at 7 and not at 2"),
        (0, 5, "concurrency is at 5 and not at 8"),
    ] {
        let mut values = Vec::new();
        let decisions = starved(active, |decision, knobs| {
            if decision.cause == Cause::Trial {
                knobs[index].value = gone;
            }
            values.push(knobs[index].value);
        });
        let aborted = decisions.iter().position(|d| d.reason.contains(why));
        let aborted = aborted.unwrap_or_else(|| panic!("{decisions:#?}"));
        assert_eq!(values[aborted], gone, "the value set by others stays");
    }
}

/// Pauses as soon as the trial has taken its new setting.
fn paused_on_trial(knobs: &[Position]) -> Mode {
    if knobs[1].value == 2 {
        Mode::Paused
    } else {
        Mode::Active
    }
}

#[test]
fn a_trial_that_is_forgotten_holds_no_knob() {
    let mut state = State::default();
    let knobs = vec![knob(Role::CONCURRENCY, 8, 8), knob(Role::WORKERS, 1, 16)];
    for at in 10..20 {
        let inputs = Inputs {
            evidence: evidence(at, 16.5, 8, 9),
            knobs: knobs.clone(),
            ..Inputs::default()
        };
        state = step(state, &inputs, &config()).0;
        if state.trial.is_some() {
            let restarted = state.restarted(Vec::new());
            assert_eq!(
                restarted.trials, 1,
                "the next trial has a number of its own"
            );
            let (_, after) = step(restarted, &inputs, &config());
            assert!(!after.reason.contains("holds it"), "{}", after.reason);
            return;
        }
    }
    panic!("no trial began");
}

#[test]
fn a_cut_waits_for_a_drain_but_not_for_ever() {
    let more_run = |at| evidence(at, 60.0, 60, 9);
    let (state, first) = step(State::default(), &inputs(more_run(10), 48), &config());
    assert_eq!(first.moves.len(), 1);
    let (state, draining) = step(state, &inputs(more_run(15), 38), &config());
    assert!(draining.moves.is_empty(), "{}", draining.reason);
    let (_, again) = step(state, &inputs(more_run(21), 38), &config());
    assert_eq!(again.cause, Cause::OverTarget, "{}", again.reason);
}

#[test]
fn leaving_the_active_mode_rolls_a_trial_back() {
    let mut back = Vec::new();
    starved(paused_on_trial, |decision, knobs| {
        if decision.cause == Cause::RolledBack {
            back.push(knobs[1].value);
        }
    });
    assert_eq!(back, [1]);
}

#[test]
fn a_rollback_that_takes_no_effect_is_tried_three_times_in_all() {
    let asked = |refusals: usize| {
        let mut asked = 0;
        starved(paused_on_trial, |decision, knobs| {
            if decision.cause == Cause::RolledBack {
                asked += 1;
                knobs[1].value = if asked > refusals { 1 } else { 2 };
            }
        });
        asked
    };
    assert_eq!([asked(0), asked(1), asked(2), asked(9)], [1, 2, 3, 3]);
}

#[test]
fn a_knob_set_by_hand_is_no_longer_pending() {
    let mut knobs = vec![knob(Role::CONCURRENCY, 8, 8), knob(Role::WORKERS, 1, 16)];
    let mut state = State::default();
    let mut moved = Vec::new();
    for at in 10..40 {
        let now = Nanos::from_secs(at);
        let mut inputs = Inputs {
            evidence: evidence(at, 16.5, 8, 9),
            mode: paused_on_trial(&knobs),
            knobs: knobs.clone(),
            ..Inputs::default()
        };
        if !moved.is_empty() {
            inputs.leases = vec![(1, now)];
        }
        let (next, decision) = step(state, &inputs, &config());
        state = next;
        match decision.cause {
            // Asked for and not done.
            Cause::RolledBack => moved.push(at),
            _ => decision
                .moves
                .iter()
                .for_each(|m| knobs[m.index].value = m.to),
        }
    }
    assert_eq!(moved.len(), 1, "{moved:?}");
}

#[test]
fn a_trial_does_not_begin_from_old_ticks() {
    let mut state = State::default();
    let mut kept = Vec::new();
    for at in [10, 11, 12, 13, 100, 101] {
        let inputs = inputs(evidence(at, 16.5, 8, 0), 8);
        state = step(state, &inputs, &config()).0;
        kept.push(state.recent.len());
    }
    assert_eq!(kept, [1, 2, 3, 4, 1, 2]);
}
