use proptest::prelude::*;

use super::*;
use crate::govern::Targets;
use crate::knob::{Bounds, Cost};
use crate::sensor::Reading;
use crate::units::{Bytes, PerSecond, Ratio};

const TARGET: Nanos = Nanos::from_millis(20);

fn config() -> Config {
    let targets = Targets {
        time_to_first_token: Some(Nanos::from_millis(500)),
        inter_token: Some(TARGET),
    };
    Config {
        targets,
        ..Config::default()
    }
}

fn knob(role: Role, value: u64, max: u64) -> Position {
    let bounds = Bounds::new(1..=max);
    Position {
        name: role.as_str().into(),
        role,
        unit: "",
        value,
        bounds: match role {
            Role::Workers => bounds.with_notches([1, 2, 3, 4, 6, 8, 12, 16]),
            _ => bounds,
        },
        cost: if role == Role::Workers {
            Cost::CPU
        } else {
            Cost::MEMORY
        },
        usable: true,
    }
}

/// One tick at second `at`: the mean gap in milliseconds, and who waits.
fn evidence(at: u64, gap_ms: f64, running: u64, waiting: u64) -> Evidence {
    let at = Nanos::from_secs(at);
    let gap = Nanos::new(crate::govern::limits::whole(gap_ms * 1e6));
    let mut evidence = Evidence {
        at,
        window: Nanos::from_secs(1),
        inter_token: Some(gap),
        inter_token_p99: Some(gap),
        tokens: PerSecond::of(500, Nanos::from_secs(1)),
        arrived: PerSecond::of(10, Nanos::from_secs(1)),
        running,
        waiting,
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
    let knobs = vec![knob(Role::Concurrency, limit, 64)];
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

fn check(gap_ms: f64, waiting: u64, limit: u64, expected: Option<u64>) {
    let decision = first(evidence(10, gap_ms, limit, waiting), limit);
    let to = decision.moves.first().map(|m| m.to);
    assert_eq!(
        to, expected,
        "{gap_ms} ms, {waiting} wait, at {limit}: {}",
        decision.reason
    );
}

#[test]
fn the_limit_follows_the_gap_between_tokens() {
    check(2.0, 3, 1, Some(2));
    check(2.0, 3, 8, Some(12));
    check(2.0, 0, 8, None);
    check(10.0, 3, 8, Some(11));
    check(16.5, 3, 8, None);
    check(16.9, 3, 8, None);
    check(17.1, 0, 8, Some(7));
    check(21.0, 0, 10, Some(8));
    check(900.0, 0, 10, Some(8));
    check(900.0, 9, 1, None);
    check(2.0, 9, 64, None);
}

#[test]
fn a_raise_never_goes_where_proportional_gaps_would_miss_the_aim() {
    for limit in 1..=64 {
        for tenths in 1..=170_u32 {
            let gap = f64::from(tenths) / 10.0;
            let decision = first(evidence(10, gap, limit, 5), limit);
            for raise in decision.moves {
                let foreseen = gap * crate::units::to_f64(raise.to) / crate::units::to_f64(limit);
                assert!(foreseen <= 0.85 * 20.0 + 1e-9, "{raise} at {gap} ms");
            }
        }
    }
}

#[test]
fn a_limit_that_is_not_reached_is_not_raised() {
    let idle = first(evidence(10, 2.0, 3, 1), 8);
    assert_eq!((idle.moves.len(), idle.bound_by), (0, Bound::Demand));
}

#[test]
fn after_a_cut_the_limit_stays_below_where_it_broke_the_target() {
    let (state, cut) = step(
        State::default(),
        &inputs(evidence(10, 25.0, 10, 3), 10),
        &config(),
    );
    assert_eq!(cut.moves[0].to, 8);
    let (state, cooling) = step(state, &inputs(evidence(11, 5.0, 8, 3), 8), &config());
    assert_eq!(cooling.bound_by, Bound::CoolDown);
    let (state, again) = step(state, &inputs(evidence(12, 5.0, 8, 3), 8), &config());
    assert_eq!(again.moves[0].to, 9, "up to the ceiling and not 12");
    let (_, held) = step(state, &inputs(evidence(13, 5.0, 9, 3), 9), &config());
    assert_eq!(held.bound_by, Bound::Ceiling);
}

#[test]
fn a_raise_that_overshoots_is_taken_back_whole() {
    let (state, raise) = step(
        State::default(),
        &inputs(evidence(10, 2.0, 8, 3), 8),
        &config(),
    );
    assert_eq!(raise.moves[0].to, 12);
    let (_, back) = step(state, &inputs(evidence(11, 31.0, 12, 3), 12), &config());
    assert_eq!((back.cause, back.moves[0].to), (Cause::Overshot, 8));
}

#[test]
fn full_memory_forbids_a_higher_limit_and_not_a_lower_one() {
    let full = |gap| {
        let mut evidence = evidence(10, gap, 8, 3);
        let value = Ratio::new(0.81).unwrap();
        evidence.host.memory = Reading::Present {
            value,
            at: evidence.at,
        };
        first(evidence, 8)
    };
    assert_eq!(
        (full(2.0).moves.len(), full(2.0).bound_by),
        (0, Bound::Resource)
    );
    assert_eq!(full(30.0).moves.len(), 1);
}

#[test]
fn memory_that_was_short_and_can_no_longer_be_read_forbids_a_higher_limit() {
    let mut state = State::default();
    for at in 10..16 {
        let mut short = evidence(at, 2.0, 8, 3);
        let value = Ratio::new(0.95).unwrap();
        short.host.memory = Reading::Present {
            value,
            at: short.at,
        };
        state = step(state, &inputs(short, 8), &config()).0;
    }
    let mut blind = evidence(16, 2.0, 8, 3);
    blind.host.memory = Reading::default();
    let (_, held) = step(state, &inputs(blind, 8), &config());
    assert_eq!((held.moves.len(), held.bound_by), (0, Bound::Resource));
}

#[test]
fn what_an_operator_holds_is_left_alone_until_the_lease_ends() {
    let mut taken = inputs(evidence(10, 2.0, 8, 3), 8);
    taken.holds = vec![(0, Nanos::from_secs(12))];
    let (state, held) = step(State::default(), &taken, &config());
    assert_eq!(
        (held.moves.len(), held.bound_by),
        (0, Bound::Ledger),
        "{}",
        held.reason
    );
    let (_, free) = step(state, &inputs(evidence(12, 2.0, 8, 3), 8), &config());
    assert_eq!(free.moves.len(), 1);
}

/// What happens, tick by tick, to a governor with both knobs whose moves are made.
fn governed(
    workers: u64,
    ticks: impl IntoIterator<Item = Evidence>,
) -> (Vec<Decision>, Vec<Position>) {
    let mut knobs = vec![
        knob(Role::Concurrency, 8, 8),
        knob(Role::Workers, workers, 16),
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

#[test]
fn threads_beyond_the_cores_are_withdrawn_when_gaps_stall() {
    let stalling = |at| {
        let mut evidence = evidence(at, 15.0, 8, 0);
        evidence.inter_token_p99 = Some(Nanos::from_millis(50));
        evidence
    };
    let (_, knobs) = governed(16, (10..100).map(stalling));
    assert_eq!(knobs[1].value, 2);
    let (_, calm) = governed(16, (10..100).map(|at| evidence(at, 15.0, 8, 0)));
    assert_eq!(calm[1].value, 16, "no stall, no reason");
}

#[test]
fn threads_are_withdrawn_at_once_and_by_notches_where_that_did_harm() {
    let stalling = |at| {
        let mut evidence = evidence(at, 15.0, 8, 0);
        evidence.inter_token_p99 = Some(Nanos::from_millis(50));
        evidence
    };
    let first_goal = |state: State| {
        let mut state = state;
        for at in 1_000..1_020 {
            let mut inputs = inputs(stalling(at), 8);
            inputs.knobs.push(knob(Role::Workers, 16, 16));
            state = step(state, &inputs, &config()).0;
            if let Some(trial) = &state.trial {
                return trial.to();
            }
        }
        panic!("no trial began");
    };
    assert_eq!(first_goal(State::default()), 2);
    let mut hurt = State::default();
    hurt.ledger.rolled_back(1, Nanos::ZERO, Nanos::ZERO);
    assert_eq!(first_goal(hurt), 12);
}

#[test]
fn a_starved_pool_grows_to_the_cores_and_not_beyond() {
    let starving = |at| evidence(at, 16.5, 8, 9);
    let (_, knobs) = governed(1, (10..100).map(starving));
    assert_eq!(knobs[1].value, 2);
}

#[test]
fn busy_or_unknown_processors_forbid_more_threads() {
    let with_cpu = |cpu: Reading<Ratio>| {
        let starving = move |at| {
            let mut evidence = evidence(at, 16.5, 8, 9);
            evidence.host.process_cpu = cpu.clone();
            evidence
        };
        governed(1, (10..40).map(starving)).1[1].value
    };
    let busy = Reading::Present {
        value: Ratio::new(0.96).unwrap(),
        at: Nanos::ZERO,
    };
    assert_eq!(with_cpu(busy), 1);
    assert_eq!(with_cpu(Reading::default()), 1);
}

/// Ticks of a starved pool of one thread, with what `meddle` does to the knobs after each tick's moves.
fn starved(
    mode: impl Fn(&[Position]) -> Mode,
    mut meddle: impl FnMut(&Decision, &mut [Position]),
) -> Vec<Decision> {
    let mut knobs = vec![knob(Role::Concurrency, 8, 8), knob(Role::Workers, 1, 16)];
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
fn a_trial_during_which_somebody_else_moves_a_knob_is_given_up() {
    for (index, gone, told) in [
        (1, 7, "workers stands at 7 and not at 2"),
        (0, 5, "concurrency stands at 5 and not at 8"),
    ] {
        let mut stands = Vec::new();
        let decisions = starved(active, |decision, knobs| {
            if decision.cause == Cause::Trial {
                knobs[index].value = gone;
            }
            stands.push(knobs[index].value);
        });
        let given_up = decisions.iter().position(|d| d.reason.contains(told));
        let given_up = given_up.unwrap_or_else(|| panic!("{decisions:#?}"));
        assert_eq!(stands[given_up], gone, "what others set is theirs");
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
    let knobs = vec![knob(Role::Concurrency, 8, 8), knob(Role::Workers, 1, 16)];
    for at in 10..20 {
        let inputs = Inputs {
            evidence: evidence(at, 16.5, 8, 9),
            knobs: knobs.clone(),
            ..Inputs::default()
        };
        state = step(state, &inputs, &config()).0;
        if state.trial.is_some() {
            let (_, after) = step(state.forgotten(Vec::new()), &inputs, &config());
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
fn leaving_the_active_mode_takes_a_trial_back() {
    let mut back = Vec::new();
    starved(paused_on_trial, |decision, knobs| {
        if decision.cause == Cause::RolledBack {
            back.push(knobs[1].value);
        }
    });
    assert_eq!(back, [1]);
}

#[test]
fn a_rollback_that_does_not_take_is_asked_for_again_three_times_in_all() {
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
fn what_an_operator_takes_is_owed_no_more() {
    let mut knobs = vec![knob(Role::Concurrency, 8, 8), knob(Role::Workers, 1, 16)];
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
            inputs.holds = vec![(1, now)];
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
fn what_was_seen_long_ago_is_not_what_a_trial_begins_from() {
    let mut state = State::default();
    let mut kept = Vec::new();
    for at in [10, 11, 12, 13, 100, 101] {
        let inputs = inputs(evidence(at, 16.5, 8, 0), 8);
        state = step(state, &inputs, &config()).0;
        kept.push(state.recent.len());
    }
    assert_eq!(kept, [1, 2, 3, 4, 1, 2]);
}

fn any_evidence() -> impl Strategy<Value = Evidence> {
    let gap = prop::option::of(0.01_f64..500.0);
    let share = prop::option::of(0.0_f64..1.2);
    (
        gap,
        0_u64..200,
        0_u64..200,
        share.clone(),
        share,
        any::<bool>(),
        0_u64..40,
    )
        .prop_map(|(gap, running, waiting, cpu, memory, known, gave_up)| {
            let mut e = evidence(0, gap.unwrap_or(1.0), running, waiting);
            let at = Nanos::ZERO;
            let share = |s: Option<f64>| {
                s.and_then(Ratio::new)
                    .map_or_else(Reading::default, |value| Reading::Present { value, at })
            };
            e.inter_token = gap.and(e.inter_token);
            e.inter_token_p99 = e.inter_token.map(|g| Nanos::new(g.get() * 2));
            (e.host.process_cpu, e.host.memory) = (share(cpu), share(memory));
            e.missing = (!known).then_some(crate::govern::Missing::NoWindow);
            e.gave_up = gave_up;
            e
        })
}

proptest! {
    #[test]
    fn whatever_is_measured_no_knob_leaves_its_bounds_and_missing_evidence_only_takes_back(
        ticks in prop::collection::vec(any_evidence(), 1..120), workers in 1_u64..=16, cores in prop::option::of(0.5_f64..40.0),
    ) {
        let numbered = ticks.into_iter().zip(1..).map(|(mut e, at)| {
            e.at = Nanos::from_secs(at);
            e.host.cores = cores.map_or_else(Reading::default, |value| Reading::Present { value, at: e.at });
            e
        });
        let ticks: Vec<Evidence> = numbered.collect();
        let (decisions, knobs) = governed(workers, ticks.clone());
        for (decision, evidence) in decisions.iter().zip(&ticks) {
            prop_assert!(!decision.reason.is_empty());
            let back = decision.cause == Cause::RolledBack;
            prop_assert!(evidence.missing.is_none() || decision.moves.is_empty() || back);
            for m in &decision.moves {
                prop_assert!(knobs[m.index].bounds.contains(m.to) && m.to != m.from, "{m}");
            }
        }
    }
}
