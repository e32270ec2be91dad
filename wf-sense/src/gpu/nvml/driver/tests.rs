use std::sync::mpsc::{Sender, channel};

use super::*;

fn line() -> (Line, Sender<()>) {
    let (stop, stopped) = channel();
    let deadline = Duration::from_secs(600);
    let post = Arc::new(Post::new(deadline));
    (
        Line {
            post,
            stopped,
            deadline,
        },
        stop,
    )
}

/// What readers see after each of the attempts, which end as told; `None` panics.
fn attempts(ends: &[Option<Ended>]) -> Vec<Option<String>> {
    let (line, _stop) = line();
    let mut seen = Vec::new();
    let mut ends = ends.iter();
    persist(&line, &mut Backoff::new(Duration::ZERO), |_| {
        seen.push(line.post.read().reason().map(str::to_owned));
        match ends.next() {
            Some(Some(end)) => *end,
            Some(None) => panic!("as scripted"),
            None => Ended::Stopped,
        }
    });
    seen
}

#[test]
fn a_panic_is_told_and_the_next_attempt_comes() {
    let seen = attempts(&[None, None]);
    let told: Vec<_> = seen.iter().map(Option::as_deref).collect();
    assert_eq!(told, [Some("not read"), Some(PANICKED), Some(PANICKED)]);
}

#[test]
fn a_machine_without_the_library_is_not_asked_twice() {
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
    let (line, _stop) = line();
    let mut attempts = 0;
    // A wait would be longer than any test.
    persist(&line, &mut Backoff::new(Duration::from_secs(3600)), |_| {
        attempts += 1;
        [Ended::Stale, Ended::Stopped][attempts - 1]
    });
    assert_eq!(attempts, 2);
}

#[test]
fn nothing_is_attempted_for_readers_that_are_gone() {
    let (line, stop) = line();
    drop(stop);
    let mut attempts = 0;
    persist(&line, &mut Backoff::new(Duration::from_secs(600)), |_| {
        attempts += 1;
        Ended::Lost
    });
    assert_eq!(attempts, 1);
}
