//! `cargo xtask bench`: runs the benches of wf-benches and keeps their figures.

use std::env;
use std::fs;
use std::path::Path;

use crate::metadata::Package;
use crate::process::{self, cargo};

/// Runs every bench but those of [`ON_REQUEST`], or those named. They run one after the other,
/// because two at once would measure each other.
///
/// A bench is a `[[bench]]` or a `[[bin]]` of the package that takes `--json FILE`.
///
/// # Errors
/// When a bench fails, when no bench has one of the names, or when there is no bench.
pub(crate) fn run(names: &[&str]) -> Result<(), String> {
    let benches = list()?;
    let known = |name: &str| benches.iter().any(|bench| bench.name == name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        return Err(format!("{PACKAGE} has no bench called `{unknown}`"));
    }
    if benches.is_empty() {
        return Err(format!("{PACKAGE} has no bench"));
    }
    let folder = env::current_dir()
        .map_err(|error| error.to_string())?
        .join("target/bench");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let wanted = |bench: &&Bench| match names {
        [] => !ON_REQUEST.contains(&bench.name.as_str()),
        names => names.contains(&bench.name.as_str()),
    };
    benches
        .iter()
        .filter(wanted)
        .try_for_each(|bench| bench.run(&folder))
}

fn list() -> Result<Vec<Bench>, String> {
    let package = Package::named(PACKAGE)?;
    let of_kind = |kind, verb| {
        package
            .targets(kind)
            .into_iter()
            .map(move |name| Bench { name, verb })
            .collect::<Vec<_>>()
    };
    Ok([
        of_kind("bench", "bench --bench"),
        of_kind("bin", "run --release --bin"),
    ]
    .concat())
}

#[derive(Clone)]
struct Bench {
    name: String,
    /// Words of the Cargo command before the name.
    verb: &'static str,
}

impl Bench {
    fn run(&self, folder: &Path) -> Result<(), String> {
        let figures = folder.join(format!("{}.json", self.name));
        let mut command = cargo(self.verb);
        command
            .args([&self.name, "--package", PACKAGE, "--", "--json"])
            .arg(figures);
        process::run(&mut command)
    }
}

const PACKAGE: &str = "wf-benches";

/// Runs by name only, because it installs 7 GB of Python packages.
const ON_REQUEST: [&str; 1] = ["load_tools"];
