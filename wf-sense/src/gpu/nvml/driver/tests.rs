use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use super::super::mailbox::Mailbox;
use super::*;

fn control() -> (ThreadControl, Sender<()>) {
    let (stop, stopped) = channel();
    let deadline = Duration::from_secs(600);
    let mailbox = Arc::new(Mailbox::new(deadline));
    (
        ThreadControl {
            mailbox,
            stopped,
            deadline,
        },
        stop,
    )
}

/// The reason that readers get before each of the attempts, which end as scripted; `None` panics.
fn attempts(ends: &[Option<Ended>]) -> Vec<Option<String>> {
    let (control, _stop) = control();
    let mut reasons = Vec::new();
    let mut ends = ends.iter();
    persist(&control, &mut Backoff::new(Duration::ZERO), |_| {
        reasons.push(control.mailbox.read().reason().map(str::to_owned));
        match ends.next() {
            Some(Some(end)) => *end,
            Some(None) => panic!("as scripted"),
            None => Ended::Stopped,
        }
    });
    reasons
}

#[test]
fn a_panic_is_reported_and_the_next_attempt_comes() {
    let reasons = attempts(&[None, None]);
    let reasons: Vec<_> = reasons.iter().map(Option::as_deref).collect();
    assert_eq!(reasons, [Some("not read"), Some(PANICKED), Some(PANICKED)]);
}

#[test]
fn a_missing_library_is_not_searched_for_twice() {
    assert_eq!(attempts(&[Some(Ended::Missing)]).len(), 1);
}

#[test]
fn a_library_that_goes_away_is_waited_for() {
    for found in [Some(Ended::Lost), Some(Ended::Stale), None] {
        let ends = [found, Some(Ended::Missing), Some(Ended::Missing)];
        assert_eq!(attempts(&ends).len(), 4);
    }
}

#[test]
fn gpus_that_are_found_lost_are_opened_anew_without_a_wait() {
    let (control, _stop) = control();
    let mut attempts = 0;
    // A wait would be longer than any test.
    persist(
        &control,
        &mut Backoff::new(Duration::from_secs(3600)),
        |_| {
            attempts += 1;
            [Ended::Stale, Ended::Stopped][attempts - 1]
        },
    );
    assert_eq!(attempts, 2);
}

#[test]
fn nothing_is_attempted_for_readers_that_are_gone() {
    let (control, stop) = control();
    drop(stop);
    let mut attempts = 0;
    persist(
        &control,
        &mut Backoff::new(Duration::from_secs(600)),
        |_| {
            attempts += 1;
            Ended::Lost
        },
    );
    assert_eq!(attempts, 1);
}

#[test]
fn waits_double_up_to_a_minute_and_begin_again() {
    let mut backoff = Backoff::new(Duration::from_secs(1));
    let waits: Vec<u64> = (0..8).map(|_| backoff.next().as_secs()).collect();
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    backoff.reset();
    assert_eq!(backoff.next(), Duration::from_secs(1));
}
