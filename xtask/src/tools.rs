//! The programs that checks need besides Rust: found, installed if possible, or missing.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::process::{cargo, find, output, run};
use crate::venv;

/// The programs found, as the variables that tests read, and those missing.
#[derive(Default)]
pub(crate) struct Tools {
    pub(crate) variables: Vec<(&'static str, PathBuf)>,
    pub(crate) cargo_deny: Option<PathBuf>,
    pub(crate) missing: Vec<Missing>,
}

pub(crate) struct Missing {
    pub(crate) program: &'static str,
    pub(crate) why: String,
}

impl Tools {
    /// Looks for every program and installs those missing, which takes minutes.
    pub(crate) fn provide() -> Self {
        let mut tools = Self::default();
        let installed = install_packages();
        for Program { name, variable, .. } in PROGRAMS {
            let found = find(name).ok_or_else(|| reason(&installed, name));
            tools.variable(name, variable, found);
        }
        tools.variable(
            "Python",
            "WF_PYTHON",
            target().and_then(|target| venv::make(&target)),
        );
        tools.cargo_deny = tools.or_missing("cargo-deny", cargo_deny());
        tools
    }

    /// # Errors
    /// When a program is missing.
    pub(crate) fn all_there(&self) -> Result<(), String> {
        let missing: Vec<&str> = self.missing.iter().map(|missing| missing.program).collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(format!("missing: {}", missing.join(", ")))
        }
    }

    fn variable(&mut self, program: &'static str, variable: &'static str, found: Found) {
        let found = self.or_missing(program, found);
        self.variables.extend(found.map(|path| (variable, path)));
    }

    fn or_missing(&mut self, program: &'static str, found: Found) -> Option<PathBuf> {
        found
            .map_err(|why| self.missing.push(Missing { program, why }))
            .ok()
    }
}

/// When a program is, or why it is not there.
type Found = Result<PathBuf, String>;

struct Program {
    name: &'static str,
    /// The Debian package that brings it.
    package: &'static str,
    /// The environment variable in which tests find its path.
    variable: &'static str,
}

/// Installs the Debian packages of missing programs, if we may.
fn install_packages() -> Result<(), String> {
    let absent = PROGRAMS
        .iter()
        .filter(|program| find(program.name).is_none());
    let mut packages: Vec<&str> = absent.map(|program| program.package).collect();
    packages.extend((!venv::possible()).then_some("python3-venv"));
    packages.dedup();
    if packages.is_empty() {
        return Ok(());
    }
    let packages = packages.join(" ");
    if find("apt-get").is_none() || !is_root() {
        return Err(format!(
            "only root on Debian installs it: apt-get install {packages}"
        ));
    }
    apt_get("--quiet update")?;
    apt_get(&format!(
        "--quiet --yes --no-install-recommends install {packages}"
    ))
}

fn apt_get(line: &str) -> Result<(), String> {
    let mut command = Command::new("apt-get");
    run(command
        .args(line.split(' '))
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn reason(installed: &Result<(), String>, program: &str) -> String {
    installed
        .clone()
        .err()
        .unwrap_or_else(|| format!("{program} is not on PATH"))
}

fn cargo_deny() -> Found {
    let root = target()?.join("tools");
    let ours = root.join("bin/cargo-deny");
    if let Some(found) = find("cargo-deny").or_else(|| ours.is_file().then(|| ours.clone())) {
        return Ok(found);
    }
    // It runs for a second and builds for minutes: unoptimised, for two thirds less.
    let line = format!("install --debug --locked cargo-deny --version {CARGO_DENY} --root");
    run(cargo(&line).arg(root))?;
    Ok(ours)
}

/// An absolute path, because tests run in the folder of their package.
fn target() -> Found {
    Ok(env::current_dir()
        .map_err(|error| error.to_string())?
        .join("target"))
}

const PROGRAMS: &[Program] = &[
    Program {
        name: "prometheus",
        package: "prometheus",
        variable: "WF_PROMETHEUS",
    },
    Program {
        name: "promtool",
        package: "prometheus",
        variable: "WF_PROMTOOL",
    },
];

/// The version that deny.toml was written for.
const CARGO_DENY: &str = "0.20.2";
