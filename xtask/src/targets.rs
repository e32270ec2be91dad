//! Builds for other systems: each compiles, or says in one line why it cannot measure.

use std::process::Command;

use crate::process::{cargo, output};
use crate::report::Report;

/// Checks every target that rustup can install; a target that it cannot is skipped, and a failure
/// where `required`.
pub(crate) fn check(report: &mut Report, required: bool) {
    let mut missing = Vec::new();
    for target in MEASURED {
        if installed(target, report, &mut missing) {
            let line = format!("clippy {PACKAGES} --all-features --target {target} -- -D warnings");
            report.command(&format!("builds for {target}"), cargo(&line));
        }
    }
    for (target, lack) in UNMEASURED {
        if installed(target, report, &mut missing) {
            let line =
                format!("check --package wf-instrument {UNMEASURED_BUILD} --target {target}");
            report.command(&format!("builds unmeasured for {target}"), cargo(&line));
            report.step(&format!("refuses to measure on {target}"), || {
                refuses(target, lack)
            });
        }
    }
    if required && !missing.is_empty() {
        report.step("targets", || {
            Err(format!("missing: {}", missing.join(", ")))
        });
    }
}

fn installed(target: &'static str, report: &mut Report, missing: &mut Vec<&'static str>) -> bool {
    let added = output(Command::new("rustup").args(["target", "add", target]));
    if let Err(why) = &added {
        report.skip(&format!("the build for {target}"), cause(why));
        missing.push(target);
    }
    added.is_ok()
}

/// The line that says why; rustup may write a trace after it.
fn cause(said: &str) -> &str {
    let mut lines = said.lines();
    let first = lines.next().unwrap_or_default();
    lines
        .find(|line| line.starts_with("error"))
        .unwrap_or(first)
}

/// Checks that the build fails with one error of ours that names `lack`.
fn refuses(target: &str, lack: &str) -> Result<(), String> {
    let line =
        format!("check --color never --package wf-instrument --all-features --target {target}");
    match output(&mut cargo(&line)) {
        Ok(_) => Err(format!("wf-instrument measures on {target}")),
        Err(said) => explains(&said, lack),
    }
}

fn explains(said: &str, lack: &str) -> Result<(), String> {
    let errors: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("error"))
        .collect();
    match errors.as_slice() {
        // Cargo ends with a line of its own.
        [ours, "error: build script logged errors"] if ours.contains(lack) => Ok(()),
        _ => Err(format!("not one error that names `{lack}`:\n{said}")),
    }
}

const PACKAGES: &str =
    "--package wf-instrument --package wf-sense --package wf-govern --package wf-exporter";

const UNMEASURED_BUILD: &str = "--package wf-govern --no-default-features";

const MEASURED: &[&str] = &[
    "x86_64-pc-windows-gnu",
    "aarch64-apple-darwin",
    "aarch64-unknown-linux-gnu",
    "x86_64-unknown-linux-musl",
    "i686-unknown-linux-gnu",
];

/// Targets that build annotated code unmeasured only, and the words by which they say why.
const UNMEASURED: &[(&str, &str)] = &[
    ("wasm32-unknown-unknown", "WebAssembly"),
    ("powerpc-unknown-linux-gnu", "64-bit atomics"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_cannot_be_installed_is_skipped_with_its_cause() {
        let said = "rustup target add x: exit status: 1\ninfo: downloading\nerror: could not download\n\nStack backtrace:\n  0: <unknown>";
        assert_eq!(cause(said), "error: could not download");
        assert_eq!(cause("cannot start `rustup`"), "cannot start `rustup`");
    }

    #[test]
    fn a_refused_target_has_one_error_that_names_the_missing_feature() {
        let end = "error: build script logged errors";
        let ours = "error: wf-instrument@0.1.0: it has no 64-bit atomics";
        let said = |lines: &[&str]| explains(&lines.join("\n"), "64-bit atomics");
        assert!(said(&["Checking libc", ours, end]).is_ok());
        assert!(said(&[ours, "error[E0432]: unresolved import", end]).is_err());
        assert!(said(&["error: another", end]).is_err());
        assert!(said(&[]).is_err());
    }
}
