//! The storage under Miri, which finds undefined behaviour in unsafe code.

use std::process::Command;

use crate::process::{output, run as execute};

/// Runs the unit tests of the storage under Miri, and installs it where it is missing. Some ten
/// minutes, so that CI does without.
pub(crate) fn run() -> Result<(), String> {
    output(Command::new("rustup").args(INSTALL))?;
    let mut command = Command::new("cargo");
    command.args(TEST).args(TESTS).envs(ENVIRONMENT);
    execute(&mut command)
}

const INSTALL: [&str; 9] = [
    "toolchain",
    "install",
    "nightly",
    "--profile",
    "minimal",
    "--component",
    "miri",
    "--component",
    "rust-src",
];

const TEST: [&str; 7] = [
    "+nightly",
    "miri",
    "test",
    "--package",
    "wf-instrument",
    "--lib",
    "--",
];

/// What allocates, shares and frees memory by hand, and reads no clock: Miri knows no `cpuid`.
const TESTS: [&str; 6] = [
    "counter::",
    "histogram::recorder::tests::threads",
    "histogram::shard::",
    "labels::",
    "series::generation::",
    "series::in_flight::",
];

const ENVIRONMENT: [(&str, &str); 3] = [
    // A case takes some seconds.
    ("PROPTEST_CASES", "2"),
    // proptest looks for the cases that failed before; the tables of requests are never freed.
    ("MIRIFLAGS", "-Zmiri-disable-isolation -Zmiri-ignore-leaks"),
    ("CARGO_TARGET_DIR", "target/miri"),
];
