//! The reference engine as a program: built, run to its end, and asked for its report.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use serde_json::Value;

/// The engine's binary.
#[derive(Clone, Debug)]
pub struct Engine {
    binary: PathBuf,
}

impl Engine {
    /// Builds the engine for release with `features` of Cargo (such as `--no-default-features`), into a folder of its own under the
    /// target folder. Minutes where nothing was built before.
    ///
    /// # Errors
    ///
    /// In words, where Cargo fails.
    pub fn build(folder: &str, features: &[&str]) -> Result<Self, String> {
        let target = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../target")
            .join(folder);
        let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let built = Command::new(cargo)
            .args([
                "build",
                "--release",
                "--package",
                "wf-examples",
                "--bin",
                "wf-examples",
            ])
            .args(features)
            .arg("--target-dir")
            .arg(&target)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status();
        match built {
            Ok(status) if status.success() => Ok(Self {
                binary: target.join("release/wf-examples"),
            }),
            Ok(status) => Err(format!(
                "the engine was not built: cargo ended with {status}"
            )),
            Err(error) => Err(format!("cargo could not be started: {error}")),
        }
    }

    /// Runs the engine to its end and reads its report.
    ///
    /// # Errors
    ///
    /// In words, where it fails or its report cannot be read.
    pub fn run(&self, arguments: &[&str]) -> Result<Report, String> {
        let path = env::temp_dir().join(format!("wf-report-{}.json", std::process::id()));
        let status = Command::new(&self.binary)
            .args(arguments)
            .args([
                "--serve",
                "127.0.0.1:0",
                "--metrics",
                "127.0.0.1:0",
                "--report",
            ])
            .arg(&path)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .map_err(|error| format!("{} could not be started: {error}", self.binary.display()))?;
        if !status.success() {
            return Err(format!("the engine ended with {status} on {arguments:?}"));
        }
        let text =
            fs::read(&path).map_err(|error| format!("no report at {}: {error}", path.display()))?;
        let json = serde_json::from_slice(&text)
            .map_err(|error| format!("the report is no JSON: {error}"))?;
        Ok(Report { json })
    }
}

/// What the engine reported of a run.
#[derive(Clone, Debug)]
pub struct Report {
    json: Value,
}

impl Report {
    /// The number at a JSON pointer.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub fn number(&self, pointer: &str) -> Result<f64, String> {
        let found = self.json.pointer(pointer).and_then(Value::as_f64);
        found.ok_or_else(|| format!("the report has no number at {pointer}"))
    }
}
