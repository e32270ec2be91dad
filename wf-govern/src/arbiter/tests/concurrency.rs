//! Moves and holds of the concurrency limit.

use super::*;
use crate::number::to_f64;

fn check(gap_ms: f64, waiting: u64, limit: u64, expected: Option<u64>) {
    let decision = first(evidence(10, gap_ms, limit, waiting), limit);
    let to = decision.moves.first().map(|m| m.to);
    assert_eq!(
        to, expected,
        "{gap_ms} ms, {waiting} waiting, limit {limit}: {}",
        decision.reason
    );
}

#[test]
fn the_limit_follows_the_inter_token_latency() {
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
fn a_raise_never_goes_where_a_proportional_latency_would_miss_the_aim() {
    for limit in 1..=64 {
        for tenths in 1..=170_u32 {
            let gap = f64::from(tenths) / 10.0;
            let decision = first(evidence(10, gap, limit, 5), limit);
            for raise in decision.moves {
                let foreseen = gap * to_f64(raise.to) / to_f64(limit);
                assert!(foreseen <= 0.85 * 20.0 + 1e-9, "{raise} at {gap} ms");
            }
        }
    }
}

#[test]
fn a_limit_that_is_not_reached_is_not_raised() {
    let idle = first(evidence(10, 2.0, 3, 1), 8);
    assert_eq!((idle.moves.len(), idle.constraint), (0, Constraint::Demand));
}

#[test]
fn after_a_cut_the_limit_stays_below_the_value_that_missed_the_target() {
    let (state, cut) = step(
        State::default(),
        &inputs(evidence(10, 25.0, 10, 3), 10),
        &config(),
    );
    assert_eq!(cut.moves[0].to, 8);
    let (state, cooling) = step(state, &inputs(evidence(11, 5.0, 8, 3), 8), &config());
    assert_eq!(cooling.constraint, Constraint::CoolDown);
    let (state, again) = step(state, &inputs(evidence(12, 5.0, 8, 3), 8), &config());
    assert_eq!(again.moves[0].to, 9, "up to the ceiling and not 12");
    let (_, held) = step(state, &inputs(evidence(13, 5.0, 9, 3), 9), &config());
    assert_eq!(held.constraint, Constraint::Ceiling);
}

#[test]
fn a_raise_that_overshoots_is_rolled_back_whole() {
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
        (full(2.0).moves.len(), full(2.0).constraint),
        (0, Constraint::Resource)
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
    assert_eq!(
        (held.moves.len(), held.constraint),
        (0, Constraint::Resource)
    );
}

#[test]
fn a_knob_set_by_hand_is_left_alone_until_its_lease_ends() {
    let mut taken = inputs(evidence(10, 2.0, 8, 3), 8);
    taken.leases = vec![(0, Nanos::from_secs(12))];
    let (state, held) = step(State::default(), &taken, &config());
    assert_eq!(
        (held.moves.len(), held.constraint),
        (0, Constraint::Lease),
        "{}",
        held.reason
    );
    let (_, free) = step(state, &inputs(evidence(12, 2.0, 8, 3), 8), &config());
    assert_eq!(free.moves.len(), 1);
}

/// The reasons of a cut in `mode` and of the tick after it in `later`.
fn reasons(mode: Mode, later: Mode) -> [String; 2] {
    let tick = |at, gap_ms, limit, mode| Inputs {
        mode,
        ..inputs(evidence(at, gap_ms, limit, 3), limit)
    };
    let (state, cut) = step(State::default(), &tick(10, 25.0, 10, mode), &config());
    let limit = match mode {
        Mode::Active => cut.moves[0].to,
        _ => 10,
    };
    let (_, cooling) = step(state, &tick(11, 5.0, limit, later), &config());
    assert_eq!(
        (cooling.moves.len(), cooling.constraint),
        (0, Constraint::CoolDown)
    );
    [cut.reason, cooling.reason]
}

#[test]
fn advice_says_of_moves_and_of_holds_that_they_would_be_made() {
    let [cut, hold] = reasons(Mode::Advisory, Mode::Advisory);
    assert!(cut.starts_with("would move "), "{cut}");
    assert!(hold.starts_with("would hold "), "{hold}");
    assert!(
        hold.ends_with("after a move that would have been made"),
        "{hold}"
    );
}

#[test]
fn a_cool_down_after_a_move_that_was_made_waits_for_its_effect_in_any_mode() {
    for later in [Mode::Active, Mode::Advisory] {
        let [cut, hold] = reasons(Mode::Active, later);
        assert!(!cut.contains("would"), "{cut}");
        assert!(hold.ends_with("for the effect of the last move"), "{hold}");
        assert_eq!(
            hold.starts_with("would hold"),
            later == Mode::Advisory,
            "{hold}"
        );
    }
}

#[test]
fn a_hold_without_demand_gives_the_counts_once() {
    let idle = first(evidence(10, 2.0, 0, 0), 8);
    assert!(
        idle.reason
            .ends_with("0 running, 0 waiting, no demand for more"),
        "{}",
        idle.reason
    );
}
