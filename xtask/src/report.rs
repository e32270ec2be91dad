//! The report of a run: named and timed steps, the tests that they counted, and skipped checks.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::process;

/// Every step runs, whatever failed before it: one run shows all that is wrong.
#[derive(Default)]
pub(crate) struct Report {
    steps: Vec<Step>,
    total: Tests,
    skipped: BTreeSet<String>,
}

impl Report {
    /// Runs a command as a step, and counts the tests that its output reports.
    pub(crate) fn command(&mut self, name: &str, command: Command) {
        let mut tests = Tests::default();
        let mut skipped = BTreeSet::new();
        self.timed(name, |report| {
            let result = process::watch(command, |line| {
                tests.add(Tests::reported_by(line).unwrap_or_default());
                skipped.extend(skip_reported_by(line));
            });
            report.skipped.append(&mut skipped);
            (tests, result)
        });
    }

    /// Runs a step inside this process.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Result<(), String>) {
        self.timed(name, |_| (Tests::default(), work()));
    }

    /// Records what this run does not check, and why.
    pub(crate) fn skip(&mut self, what: &str, why: &str) {
        self.skipped.insert(format!("{what} because {why}"));
    }

    /// Prints the summary: steps, skips, and last the number of checks.
    ///
    /// # Errors
    /// When a step failed.
    pub(crate) fn finish(self) -> Result<(), String> {
        println!("\n");
        for Step {
            name,
            time,
            failure,
        } in &self.steps
        {
            let verdict = failure.as_ref().map_or("ok", |_| "FAILED");
            let cause = failure
                .as_ref()
                .map_or(String::new(), |cause| format!(": {cause}"));
            println!("{verdict:>6} {:7.1} s  {name}{cause}", time.as_secs_f64());
        }
        for what in &self.skipped {
            println!("{SKIPPED} {what}");
        }
        println!("{} passed, {} failed", self.total.passed, self.total.failed);
        match self
            .steps
            .iter()
            .filter(|step| step.failure.is_some())
            .count()
        {
            0 => Ok(()),
            failed => Err(format!("{failed} of {} steps failed", self.steps.len())),
        }
    }

    fn timed(&mut self, name: &str, work: impl FnOnce(&mut Self) -> (Tests, Result<(), String>)) {
        println!("\n==> {name}");
        let start = Instant::now();
        let (tests, result) = work(self);
        self.total.add(tests.or_step(result.is_ok()));
        let failure = result.err();
        if let Some(cause) = &failure {
            println!("{name}: {cause}");
        }
        self.steps.push(Step {
            name: name.to_owned(),
            time: start.elapsed(),
            failure,
        });
    }
}

struct Step {
    name: String,
    time: Duration,
    failure: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Tests {
    passed: usize,
    failed: usize,
}

impl Tests {
    /// Reads `test result: ok. 3 passed; 0 failed; …`, coloured or not.
    fn reported_by(line: &str) -> Option<Self> {
        let (_, counts) = line.split_once("test result: ")?;
        let words: Vec<&str> = counts.split_whitespace().collect();
        let count = |label| {
            let at = words.iter().position(|word| *word == label)?;
            words.get(at.checked_sub(1)?)?.parse().ok()
        };
        Some(Self {
            passed: count("passed;")?,
            failed: count("failed;")?,
        })
    }

    /// A step that reports no tests is one check; one that fails with none failed is one failure.
    fn or_step(self, ok: bool) -> Self {
        match self {
            Self {
                passed: 0,
                failed: 0,
            } if ok => Self {
                passed: 1,
                failed: 0,
            },
            Self { failed: 0, .. } if !ok => Self { failed: 1, ..self },
            counted => counted,
        }
    }

    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// When tests run one at a time, the harness has begun the line: `test a_name ... `.
fn skip_reported_by(line: &str) -> Option<String> {
    line.split_once(SKIPPED)
        .map(|(_, what)| what.trim().to_owned())
}

/// A test that cannot run writes `SKIPPED: what because why` to standard error.
const SKIPPED: &str = "SKIPPED:";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_line_of_a_test_binary_is_parsed_with_and_without_colours() {
        let line = "test result: ok. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out";
        assert_eq!(
            Tests::reported_by(line),
            Some(Tests {
                passed: 12,
                failed: 3
            })
        );
        let line = "test result: \u{1b}[31mFAILED\u{1b}[m. 12 passed; 3 failed; 1 ignored;";
        assert_eq!(
            Tests::reported_by(line),
            Some(Tests {
                passed: 12,
                failed: 3
            })
        );
    }

    #[test]
    fn a_skip_note_is_found_anywhere_in_a_line() {
        for line in ["SKIPPED: a because b", "test a ... SKIPPED: a because b"] {
            assert_eq!(skip_reported_by(line).unwrap(), "a because b");
        }
        assert_eq!(skip_reported_by("test a ... ok"), None);
    }

    #[test]
    fn other_lines_count_nothing() {
        for line in [
            "",
            "12 passed; 3 failed;",
            "test result: ok",
            "test result: passed; failed;",
        ] {
            assert_eq!(Tests::reported_by(line), None, "{line}");
        }
    }

    #[test]
    fn a_step_that_fails_without_a_failed_test_is_still_a_failure() {
        let check = |passed, failed, ok, expected: (usize, usize)| {
            let Tests { passed, failed } = Tests { passed, failed }.or_step(ok);
            assert_eq!((passed, failed), expected);
        };
        check(0, 0, true, (1, 0));
        check(0, 0, false, (0, 1));
        check(5, 0, false, (5, 1));
        check(5, 2, false, (5, 2));
        check(5, 0, true, (5, 0));
    }

    #[test]
    fn steps_after_a_failed_one_still_run_and_the_report_fails() {
        let mut report = Report::default();
        let mut ran = false;
        report.step("first", || Err("broken".to_owned()));
        report.step("second", || {
            ran = true;
            Ok(())
        });
        assert!(ran);
        assert_eq!(
            report.total,
            Tests {
                passed: 1,
                failed: 1
            }
        );
        assert_eq!(report.finish().unwrap_err(), "1 of 2 steps failed");
    }

    #[test]
    fn tests_and_skips_of_a_command_are_read_from_its_output() {
        let mut report = Report::default();
        let script = "echo 'test result: ok. 2 passed; 0 failed;'; echo 'SKIPPED: a because b' >&2";
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        report.command("both streams", command);
        assert_eq!(
            report.total,
            Tests {
                passed: 2,
                failed: 0
            }
        );
        assert_eq!(report.skipped, BTreeSet::from(["a because b".to_owned()]));
    }
}
