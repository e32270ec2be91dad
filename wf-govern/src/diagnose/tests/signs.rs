//! What speaks for a verdict beside its numbers.

use super::*;
use wf_instrument::PerSecond;

fn signs(change: impl FnOnce(&mut Evidence), targets: Targets) -> Signs {
    Signs::of(&with(change), &targets)
}

#[test]
fn a_host_without_swap_space_does_not_swap_and_one_unread_may() {
    let swapping = |reading| signs(|e| e.host.swapping = reading, Targets::default()).swapping;
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
fn a_backend_is_normal_while_every_target_that_is_set_is_kept() {
    let targets = Targets {
        time_to_first_token: Some(Nanos::from_millis(500)),
        inter_token: Some(Nanos::from_millis(20)),
    };
    let told = |first: u64, next: u64, waiting| {
        let change = move |e: &mut Evidence| {
            e.time_to_first_token.p90 = Some(Nanos::from_millis(first));
            e.inter_token = Some(Nanos::from_millis(next));
            e.waiting = waiting;
        };
        signs(change, targets).backend_normal
    };
    assert_eq!(told(500, 20, 0), Some(true));
    assert_eq!(told(501, 20, 0), Some(false));
    assert_eq!(told(500, 21, 0), Some(false));
    assert_eq!(told(500, 20, 1), Some(false));
    assert_eq!(signs(|_| (), targets).backend_normal, None);
    assert_eq!(signs(|_| (), Targets::default()).backend_normal, None);
}

#[test]
fn others_are_named_where_they_keep_the_processors_busy() {
    let told = |own, cores, host| {
        let change = move |e: &mut Evidence| {
            e.host.process_cpu = share(own);
            e.host.cores = present(cores);
            e.host.host_cpu = share(host);
            e.host.host_cores = present(64);
        };
        signs(change, Targets::default()).others
    };
    assert_eq!(told(5.0, 64.0, 99.0), Some(true));
    assert_eq!(told(90.0, 64.0, 99.0), Some(false));
    assert_eq!(told(1.0, 64.0, 10.0), Some(false));
    // All of a small quota is little of the host.
    assert_eq!(told(100.0, 2.0, 95.0), Some(true));
    let unknown = |e: &mut Evidence| e.host.host_cpu = share(99.0);
    assert_eq!(signs(unknown, Targets::default()).others, None);
}

#[test]
fn a_verdict_says_what_it_rests_on() {
    let busy = with(|e| {
        e.host.process_cpu = share(99.0);
        e.host.cores = present(2.0);
        e.host.runnable = present(3);
        e.host.swapping = present(PerSecond::of(1, Nanos::from_secs(1)).unwrap());
        e.model_loads.took = Some(Nanos::from_millis(2_500));
    });
    let (_, diagnosis) = diagnose(
        State::default(),
        &busy,
        &Thresholds::default(),
        &Targets::default(),
    );
    assert_eq!(
        diagnosis.explain(),
        "balanced (the plain rule, on this tick alone: cpu_bound); of its threshold: memory 59 %, disk wait 1 %, \
         GPU absent, processors 110 %, frames not drawn; more threads than processors; the host swaps; models took 2.5 s to load"
    );
}

#[test]
fn a_score_that_is_missing_is_absent_or_unknown_as_its_reading_is() {
    let explained = |gpu: Reading<Ratio>, disk_wait: Reading<Nanos>| {
        let evidence = with(|e| (e.host.gpu, e.host.disk_wait) = (gpu, disk_wait));
        let (thresholds, targets) = (Thresholds::default(), Targets::default());
        diagnose(State::default(), &evidence, &thresholds, &targets)
            .1
            .explain()
    };
    let absent = explained(
        Reading::Absent("no GPU".into()),
        Reading::Unknown("EIO".into()),
    );
    assert!(absent.contains("disk wait unknown, GPU absent"), "{absent}");
    let unknown = explained(
        Reading::Unknown("busy".into()),
        Reading::Absent("no disk".into()),
    );
    assert!(
        unknown.contains("disk wait absent, GPU unknown"),
        "{unknown}"
    );
}
