//! Cost of an annotation at compile time.
//!
//! `cargo check` of a crate with a thousand functions, bare and with an attribute on each, in
//! turns. The result is the time that each annotated function adds.
#![expect(clippy::print_stdout, reason = "a bench reports to its terminal")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};
use std::{env, fs};

use wf_benches::{Arguments, Figure, Spread};

const FUNCTIONS: u32 = 1_000;

/// Checks per contender, unless `--rounds` is set.
const ROUNDS: usize = 9;

/// Name, attribute, and what the crate depends on.
const CONTENDERS: [(&str, &str, &str); 5] = [
    ("bare", "", ""),
    (
        "wf",
        "#[wf_instrument::wf_measure]",
        "wf-instrument = { path = \"ROOT/wf-instrument\" }",
    ),
    (
        "wf, ttft",
        "#[wf_instrument::wf_measure(ttft)]",
        "wf-instrument = { path = \"ROOT/wf-instrument\" }",
    ),
    (
        "tracing",
        "#[tracing::instrument(skip_all)]",
        "tracing = \"0.1\"",
    ),
    (
        "fastrace",
        "#[fastrace::trace]",
        "fastrace = { version = \"0.7\", features = [\"enable\"] }",
    ),
];

fn main() -> ExitCode {
    wf_benches::main(run)
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let crates: Vec<Crate> = CONTENDERS
        .iter()
        .map(|&(name, attribute, dependency)| Crate::make(name, attribute, dependency))
        .collect::<Result<_, _>>()?;
    // The first check builds the dependencies.
    for each in &crates {
        each.check()?;
    }
    let rounds = arguments.rounds.unwrap_or(ROUNDS);
    let mut took = vec![Vec::new(); crates.len()];
    for _ in 0..rounds {
        for (each, took) in crates.iter().zip(&mut took) {
            took.push(each.check()?.as_secs_f64());
        }
    }
    println!(
        "\ncompile: what a function adds to `cargo check`, of {FUNCTIONS}; median [smallest–largest] of {rounds} rounds"
    );
    let bare = took[0].clone();
    let figures: Vec<Figure> = CONTENDERS[1..]
        .iter()
        .zip(&took[1..])
        .map(|(&(name, ..), took)| figure(name, took, &bare))
        .collect();
    arguments.save(&figures)
}

/// The time that each function adds, in nanoseconds, per round: the checks of a round ran one after
/// the other.
fn figure(contender: &'static str, took: &[f64], bare: &[f64]) -> Figure {
    let added = took
        .iter()
        .zip(bare)
        .map(|(with, without)| (with - without) / f64::from(FUNCTIONS));
    let added = Spread::of(added.collect());
    println!(
        "{contender:<12} {:.3} ms [{:.3}–{:.3}]",
        added.median * 1e3,
        added.min * 1e3,
        added.max * 1e3
    );
    Figure {
        question: "compile",
        contender,
        of: "process",
        threads: 1,
        median_ns: added.median * 1e9,
        min_ns: added.min * 1e9,
    }
}

/// A crate with many functions, under the target folder.
struct Crate {
    folder: PathBuf,
    source: String,
}

impl Crate {
    fn make(name: &str, attribute: &str, dependency: &str) -> Result<Self, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let word = name.replace(", ", "-");
        let folder = root.join("target/bench/compile").join(&word);
        let dependency = dependency.replace("ROOT", &root.to_string_lossy());
        let manifest = format!(
            "[package]\nname = \"compiled-{word}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{dependency}\n"
        );
        let made = Self {
            source: source(attribute),
            folder,
        };
        made.write("Cargo.toml", &manifest)?;
        // The lock file of the workspace: its versions are already downloaded.
        let lock = fs::read_to_string(root.join("Cargo.lock"))
            .map_err(|error| format!("Cargo.lock: {error}"))?;
        made.write("Cargo.lock", &lock)?;
        Ok(made)
    }

    /// Checks the crate as after an edit.
    fn check(&self) -> Result<Duration, String> {
        self.write("src/lib.rs", &self.source)?;
        let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let begin = Instant::now();
        let status = Command::new(cargo)
            .args(["check", "--quiet", "--offline", "--target-dir"])
            .arg(self.folder.join("../target"))
            .current_dir(&self.folder)
            .status();
        let took = begin.elapsed();
        match status {
            Ok(status) if status.success() => Ok(took),
            Ok(status) => Err(format!(
                "{} was not checked: cargo ended with {status}",
                self.folder.display()
            )),
            Err(error) => Err(format!("cargo could not be started: {error}")),
        }
    }

    fn write(&self, file: &str, text: &str) -> Result<(), String> {
        let path = self.folder.join(file);
        let parent = path.parent().unwrap_or(&self.folder);
        let write = || fs::create_dir_all(parent).and_then(|()| fs::write(&path, text));
        write().map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// Half of the functions are async, and each has arguments, an early return and a `?`.
fn source(attribute: &str) -> String {
    let mut source = String::new();
    for i in 0..FUNCTIONS {
        let asynchronous = if i % 2 == 0 { "" } else { "async " };
        let written = write!(
            source,
            "{attribute}\npub {asynchronous}fn f{i}(text: &str, limit: usize) -> Result<usize, std::num::ParseIntError> {{\n    \
             let sum: usize = text.split(' ').map(str::len).sum();\n    \
             if sum > limit {{\n        return Ok({i});\n    }}\n    \
             let n: usize = text.parse()?;\n    Ok(n + sum)\n}}\n\n"
        );
        written.unwrap_or_else(|_| unreachable!("a string takes what is written to it"));
    }
    source
}
