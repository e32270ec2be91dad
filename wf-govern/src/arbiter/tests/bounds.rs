//! Moves stay within bounds for any evidence.

use proptest::prelude::*;

use super::*;

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
        .prop_map(
            |(gap, running, waiting, cpu, memory, known, cancelled_before_first_token)| {
                let mut e = evidence(0, gap.unwrap_or(1.0), running, waiting);
                let at = Nanos::ZERO;
                let share = |s: Option<f64>| {
                    s.and_then(Ratio::new)
                        .map_or_else(Reading::default, |value| Reading::Present { value, at })
                };
                e.requests.inter_token_latency = gap.and(e.requests.inter_token_latency);
                e.requests.inter_token_latency_p99 = e
                    .requests
                    .inter_token_latency
                    .map(|g| Nanos::new(g.get() * 2));
                (e.host.process_cpu, e.host.memory) = (share(cpu), share(memory));
                e.missing = (!known).then_some(crate::Missing::NoWindow);
                e.requests.cancelled_before_first_token = cancelled_before_first_token;
                e
            },
        )
}

proptest! {
    #[test]
    fn for_any_evidence_no_knob_leaves_its_bounds_and_missing_evidence_only_rolls_back(
        ticks in prop::collection::vec(any_evidence(), 1..120),
        workers in 1_u64..=16,
        cores in prop::option::of(0.5_f64..40.0),
    ) {
        let numbered = ticks.into_iter().zip(1..).map(|(mut e, at)| {
            e.at = Nanos::from_secs(at);
            let read = |value| Reading::Present { value, at: e.at };
            e.host.cores = cores.map_or_else(Reading::default, read);
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
