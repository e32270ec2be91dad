//! `cargo xtask test`: everything that CI demands of a change.

use std::env;
use std::process::Command;

use crate::assembly;
use crate::columns;
use crate::metadata::{Package, target_directory};
use crate::package;
use crate::process::cargo;
use crate::readme;
use crate::report::Report;
use crate::structure;
use crate::targets;
use crate::tools::{Missing, Tools};

/// Runs every step, cheap ones first, then sums up.
///
/// # Errors
/// When a step failed; with `CI=true` also where a program is missing.
pub(crate) fn run() -> Result<(), String> {
    let mut run = Run::default();
    run.programs();
    run.checks();
    run.report.step("columns", columns::check);
    run.report.step("structure", structure::run);
    run.dependencies();
    run.features();
    targets::check(&mut run.report, Run::required());
    run.docs();
    run.report.step("packages", package::check);
    run.report.step("snippets of the READMEs", readme::check);
    run.assembly();
    run.tests();
    run.loom();
    run.portable();
    run.examples();
    run.report.finish()
}

#[derive(Default)]
struct Run {
    report: Report,
    tools: Tools,
}

impl Run {
    /// Checks whether a missing program is a failure: anybody's machine may lack one, CI's may not.
    fn required() -> bool {
        env::var_os("CI").is_some_and(|value| value == "true")
    }

    fn programs(&mut self) {
        let required = Self::required();
        self.report.step("programs", || {
            self.tools = Tools::provide();
            if required {
                self.tools.all_there()
            } else {
                Ok(())
            }
        });
        for Missing { program, why } in &self.tools.missing {
            self.report.skip(&format!("all that needs {program}"), why);
        }
    }

    fn checks(&mut self) {
        for (name, line) in CHECKS {
            self.report.command(name, cargo(line));
        }
    }

    fn dependencies(&mut self) {
        if let Some(deny) = &self.tools.cargo_deny {
            let mut command = Command::new(deny);
            command.args("check --hide-inclusion-graph bans licenses sources".split(' '));
            self.report.command("dependencies", command);
        }
    }

    /// Builds with single features: in a build of the workspace, a feature that one package enables
    /// hides that another does not.
    fn features(&mut self) {
        for name in ["wf-instrument", "wf-sense", "wf-govern", "wf-exporter"] {
            let package = self.package(name);
            for feature in package.map_or(Vec::new(), |package| package.features()) {
                let mut command = cargo("clippy --no-default-features --package");
                command.args([name, "--features", &feature, "--", "-D", "warnings"]);
                self.report
                    .command(&format!("{name}, feature {feature} alone"), command);
            }
        }
    }

    fn docs(&mut self) {
        let mut command = cargo("doc --workspace --all-features --no-deps");
        command.env("RUSTDOCFLAGS", "-D warnings");
        self.report.command("docs", command);
    }

    fn assembly(&mut self) {
        self.report.step("same assembly unmeasured", assembly::same);
    }

    fn tests(&mut self) {
        for (name, line) in TESTS {
            self.report.command(name, self.with_programs(cargo(line)));
        }
    }

    /// The models of the lock-free parts, whose files it compiles on loom's atomics.
    fn loom(&mut self) {
        let mut command = cargo("test --release --package wf-instrument --test loom models");
        command
            .env("RUSTFLAGS", "--cfg wf_loom")
            .env("CARGO_TARGET_DIR", "target/loom");
        self.report.command("loom", command);
    }

    /// The sensors of other systems, run in a build for this one: `targets` compiles them, and no
    /// other system is here to run them.
    fn portable(&mut self) {
        let mut command = cargo(
            "test --package wf-sense --package wf-govern --all-features --lib --test sensor_watch",
        );
        command
            .env("RUSTFLAGS", "--cfg wf_portable")
            .env("CARGO_TARGET_DIR", "target/portable");
        self.report.command("tests, portable sensors", command);
    }

    /// Every example runs to its end; one that waits for input is stopped, and has failed.
    fn examples(&mut self) {
        let package = self.package("wf-examples");
        let built = target_directory().unwrap_or_else(|_| "target".into());
        for name in package.map_or(Vec::new(), |package| package.targets("example")) {
            // As the tests have built it: `cargo run` would build the engine again, with other
            // features.
            let mut command = Command::new("timeout");
            command.args(["--foreground", "--verbose", EXAMPLE_SECONDS]);
            command.arg(built.join("debug/examples").join(&name));
            self.report
                .command(&format!("example {name}"), self.with_programs(command));
        }
    }

    fn with_programs(&self, mut command: Command) -> Command {
        command.envs(self.tools.variables.iter().cloned());
        command
    }

    fn package(&mut self, name: &str) -> Option<Package> {
        let package = Package::named(name);
        package
            .map_err(|cause| self.report.step(name, || Err(cause)))
            .ok()
    }
}

const CHECKS: &[(&str, &str)] = &[
    ("format", "fmt --all --check"),
    (
        "clippy",
        "clippy --keep-going --workspace --all-targets -- -D warnings",
    ),
    (
        "clippy, all features",
        "clippy --keep-going --workspace --all-targets --all-features -- -D warnings",
    ),
    (
        "clippy, disabled",
        "clippy --package wf-instrument --all-targets --no-default-features -- -D warnings",
    ),
    (
        "clippy, unmeasured engine",
        "clippy --package wf-engine --all-targets --no-default-features -- -D warnings",
    ),
];

/// With everything that can be on, and with everything off.
const TESTS: &[(&str, &str)] = &[
    // The benches have no tests, and a dozen peers to build.
    (
        "tests",
        "test --workspace --exclude wf-benches --all-features --no-fail-fast",
    ),
    (
        "tests, disabled",
        "test --package wf-instrument --no-default-features --no-fail-fast",
    ),
];

const EXAMPLE_SECONDS: &str = "120";
