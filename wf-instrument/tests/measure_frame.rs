//! `#[wf_measure(frame)]`: the metrics of frames, on a mock clock.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};

use common::rows::{assert_samples, frame};
use wf_instrument::clock::mock::Mock;
use wf_instrument::{Nanos, wf_frame, wf_measure};

#[test]
fn a_frame_lasts_as_long_as_its_function() {
    /// Draws.
    #[wf_measure(frame, name = "plain")]
    fn draw(clock: &Mock, millis: u64) -> u64 {
        clock.advance(Nanos::from_millis(millis));
        if millis > 5 {
            return 0;
        }
        millis
    }

    let clock = Mock::start();
    assert_eq!((draw(&clock, 10), draw(&clock, 10)), (0, 0));
    let row = frame("plain");
    assert_samples(&row.duration, 2, 10);
    assert_eq!((row.late, row.dropped, row.target_fps), (0, 0, 0.0));
    assert_eq!(&*row.help, "Draws.");
}

#[test]
fn a_shown_frame_lasts_since_the_previous_one() {
    let clock = Mock::start();
    for millis in [500, 15, 30] {
        clock.advance(Nanos::from_millis(millis));
        wf_frame!("shown", target_fps = 50);
    }
    let row = frame("shown");
    assert_eq!(
        (row.duration.count(), row.late),
        (2, 1),
        "the first has no time"
    );
    let shown = row.duration.sum();
    assert!(
        shown.abs_diff(45_000_000) < 1_000,
        "{shown} ns: the calibration is a millionth off at most"
    );
}

#[test]
fn a_frame_past_its_budget_is_late() {
    #[wf_measure(frame, name = "budget", target_fps = 50)]
    fn draw(clock: &Mock, millis: u64) {
        clock.advance(Nanos::from_millis(millis));
    }

    let clock = Mock::start();
    draw(&clock, 15);
    draw(&clock, 30);
    let row = frame("budget");
    assert_eq!(
        (row.duration.count(), row.late, row.target_fps),
        (2, 1, 50.0)
    );
}

#[test]
fn a_frame_that_panics_is_not_recorded() {
    #[wf_measure(frame, name = "unwound")]
    fn draw() {
        panic!("on purpose");
    }

    catch_unwind(AssertUnwindSafe(draw)).unwrap_err();
    assert!(frame("unwound").duration.is_empty());
}
