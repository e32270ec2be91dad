mod hysteresis;
mod indicators;
mod threshold_rule;

use super::*;
use wf_instrument::Nanos;

fn present<T>(value: T) -> Reading<T> {
    Reading::Present {
        value,
        at: Nanos::ZERO,
    }
}

fn share(percent: f64) -> Reading<Ratio> {
    present(Ratio::new(percent / 100.0).unwrap())
}

/// A machine with nothing the matter and no GPU.
fn calm() -> Evidence {
    let mut evidence = Evidence::default();
    evidence.host.process_cpu = share(50.0);
    evidence.host.group_cpu = Reading::Absent("no CPU quota".into());
    evidence.host.host_cpu = share(10.0);
    evidence.host.gpu = Reading::Absent("none found".into());
    evidence.host.memory = share(50.0);
    evidence.host.host_memory = share(10.0);
    evidence.host.cpu_pressure = share(50.0);
    evidence.host.disk_wait = present(Nanos::from_millis(1));
    evidence
}

fn with(change: impl FnOnce(&mut Evidence)) -> Evidence {
    let mut evidence = calm();
    change(&mut evidence);
    evidence
}

fn check(change: impl FnOnce(&mut Evidence), expected: Bottleneck) {
    assert_eq!(
        threshold_rule(&with(change), &Thresholds::default()),
        expected
    );
}

fn bottlenecks(ticks: impl IntoIterator<Item = Evidence>) -> Vec<Bottleneck> {
    let mut state = State::default();
    let mut verdict = Vec::new();
    for evidence in ticks {
        let (next, diagnosis) = diagnose(
            state,
            &evidence,
            &Thresholds::default(),
            &Targets::default(),
        );
        state = next;
        verdict.push(diagnosis.bottleneck);
    }
    verdict
}
