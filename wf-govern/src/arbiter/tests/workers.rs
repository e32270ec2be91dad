//! Number of threads that run the model.

use super::*;

#[test]
fn threads_beyond_the_cores_are_removed_if_tokens_stall() {
    let stalling = |at| {
        let mut evidence = evidence(at, 15.0, 8, 0);
        evidence.requests.inter_token_latency_p99 = Some(Nanos::from_millis(50));
        evidence
    };
    let (_, knobs) = governed(16, (10..100).map(stalling));
    assert_eq!(knobs[1].value, 2);
    let (_, calm) = governed(16, (10..100).map(|at| evidence(at, 15.0, 8, 0)));
    assert_eq!(calm[1].value, 16, "no stall, no reason");
}

#[test]
fn threads_are_removed_at_once_and_by_notches_after_a_rollback() {
    let stalling = |at| {
        let mut evidence = evidence(at, 15.0, 8, 0);
        evidence.requests.inter_token_latency_p99 = Some(Nanos::from_millis(50));
        evidence
    };
    let first_goal = |state: State| {
        let mut state = state;
        for at in 1_000..1_020 {
            let mut inputs = inputs(stalling(at), 8);
            inputs.knobs.push(knob(Role::WORKERS, 16, 16));
            state = step(state, &inputs, &config()).0;
            if let Some(trial) = &state.trial {
                return trial.to();
            }
        }
        panic!("no trial began");
    };
    assert_eq!(first_goal(State::default()), 2);
    let mut hurt = State::default();
    hurt.leases.rolled_back(1, Nanos::ZERO, Nanos::ZERO);
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

#[test]
fn the_reason_for_fewer_threads_names_the_latency_that_is_known() {
    let slow = |at, gap_ms: Option<f64>| {
        let mut evidence = evidence(at, gap_ms.unwrap_or_default(), 8, 0);
        evidence.requests.inter_token_latency_p99 = None;
        if gap_ms.is_none() {
            evidence.requests.inter_token_latency = None;
        }
        evidence
    };
    let reason = |last: Option<f64>| {
        let knobs = vec![knob(Role::WORKERS, 16, 16)];
        let mut state = State::default();
        let ticks = [Some(30.0), Some(30.0), Some(30.0), last, last];
        let mut reasons = Vec::new();
        for (at, gap_ms) in (10..).zip(ticks) {
            let inputs = Inputs {
                evidence: slow(at, gap_ms),
                knobs: knobs.clone(),
                ..Inputs::default()
            };
            let (next, decision) = step(state, &inputs, &config());
            state = next;
            state.trial = None;
            state.leases = Default::default();
            reasons.push(decision.reason);
        }
        reasons.pop().unwrap()
    };
    let mean = reason(Some(30.0));
    assert!(
        mean.ends_with("16 threads share 2 cores, mean ITL is 30 ms"),
        "{mean}"
    );
    let unknown = reason(None);
    assert!(
        unknown.ends_with("16 threads share 2 cores, ITL is unknown"),
        "{unknown}"
    );
}
