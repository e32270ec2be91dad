//! Indicators beside the readings that decide.

use super::*;
use wf_instrument::PerSecond;

fn indicators(change: impl FnOnce(&mut Evidence), targets: Targets) -> Indicators {
    Indicators::of(&with(change), &targets)
}

#[test]
fn a_host_without_swap_space_does_not_swap_and_an_unread_one_is_unknown() {
    let swapping = |reading| indicators(|e| e.host.swapping = reading, Targets::default()).swapping;
    let rate = |bytes| present(PerSecond::of(bytes, Nanos::from_secs(1)).unwrap());
    assert_eq!(
        swapping(Reading::Absent("no swap space".into())),
        Some(false)
    );
    assert_eq!(swapping(rate(0)), Some(false));
    assert_eq!(swapping(rate(4096)), Some(true));
    assert_eq!(swapping(Reading::default()), None);
}

#[test]
fn targets_are_met_while_every_one_that_is_set_is_met_and_no_request_waits() {
    let targets = Targets {
        time_to_first_token: Some(Nanos::from_millis(500)),
        inter_token_latency: Some(Nanos::from_millis(20)),
    };
    let verdict = |first: u64, next: u64, waiting| {
        let change = move |e: &mut Evidence| {
            e.requests.time_to_first_token.p90 = Some(Nanos::from_millis(first));
            e.requests.inter_token_latency = Some(Nanos::from_millis(next));
            e.requests.waiting = waiting;
        };
        indicators(change, targets).targets_met
    };
    assert_eq!(verdict(500, 20, 0), Some(true));
    assert_eq!(verdict(501, 20, 0), Some(false));
    assert_eq!(verdict(500, 21, 0), Some(false));
    assert_eq!(verdict(500, 20, 1), Some(false));
    assert_eq!(indicators(|_| (), targets).targets_met, None);
    assert_eq!(indicators(|_| (), Targets::default()).targets_met, None);
}

#[test]
fn a_target_that_is_set_and_not_measured_may_be_missed() {
    let targets = Targets {
        time_to_first_token: Some(Nanos::from_millis(500)),
        inter_token_latency: Some(Nanos::from_millis(20)),
    };
    let verdict = |first: Option<u64>, next: Option<u64>| {
        let change = move |e: &mut Evidence| {
            e.requests.time_to_first_token.p90 = first.map(Nanos::from_millis);
            e.requests.inter_token_latency = next.map(Nanos::from_millis);
        };
        indicators(change, targets).targets_met
    };
    assert_eq!(verdict(Some(500), None), None);
    assert_eq!(verdict(None, Some(20)), None);
    assert_eq!(verdict(Some(501), None), Some(false));
    assert_eq!(verdict(None, Some(21)), Some(false));
}

#[test]
fn neighbours_are_named_if_they_keep_the_processors_busy() {
    let verdict = |own, cores, host| {
        let change = move |e: &mut Evidence| {
            e.host.process_cpu = share(own);
            e.host.cores = present(cores);
            e.host.host_cpu = share(host);
            e.host.host_cores = present(64);
        };
        indicators(change, Targets::default()).busy_neighbours
    };
    assert_eq!(verdict(5.0, 64.0, 99.0), Some(true));
    assert_eq!(verdict(90.0, 64.0, 99.0), Some(false));
    assert_eq!(verdict(1.0, 64.0, 10.0), Some(false));
    // All of a small quota is little of the host.
    assert_eq!(verdict(100.0, 2.0, 95.0), Some(true));
    let unknown = |e: &mut Evidence| e.host.host_cpu = share(99.0);
    assert_eq!(
        indicators(unknown, Targets::default()).busy_neighbours,
        None
    );
}

#[test]
fn a_diagnosis_shows_the_readings_that_it_rests_on() {
    let busy = with(|e| {
        e.host.process_cpu = share(99.0);
        e.host.cores = present(2.0);
        e.host.runnable = present(3);
        e.host.swapping = present(PerSecond::of(1, Nanos::from_secs(1)).unwrap());
        e.model_loads.mean_duration = Some(Nanos::from_millis(2_500));
    });
    let (_, diagnosis) = diagnose(
        State::default(),
        &busy,
        &Thresholds::default(),
        &Targets::default(),
    );
    assert_eq!(
        diagnosis.to_string(),
        "balanced (by thresholds, on this tick alone: cpu_bound); relative to thresholds: \
         memory 59 %, disk wait 1 %, GPU absent, CPU 110 %, frames not drawn; \
         more runnable threads than cores; the host swaps; mean model load time 2.5 s"
    );
}

#[test]
fn a_score_that_is_missing_is_absent_or_unknown_as_its_reading_is() {
    let shown = |gpu: Reading<Ratio>, disk_wait: Reading<Nanos>| {
        let evidence = with(|e| (e.host.gpu, e.host.disk_wait) = (gpu, disk_wait));
        let (thresholds, targets) = (Thresholds::default(), Targets::default());
        diagnose(State::default(), &evidence, &thresholds, &targets)
            .1
            .to_string()
    };
    let absent = shown(
        Reading::Absent("no GPU".into()),
        Reading::Unknown("EIO".into()),
    );
    assert!(absent.contains("disk wait unknown, GPU absent"), "{absent}");
    let unknown = shown(
        Reading::Unknown("busy".into()),
        Reading::Absent("no disk".into()),
    );
    assert!(
        unknown.contains("disk wait absent, GPU unknown"),
        "{unknown}"
    );
}
