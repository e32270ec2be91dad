//! `cargo xtask package`: each published crate is complete, without test data, and builds alone.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::metadata;
use crate::process::{cargo, run};

/// Packages every published crate, builds each from its package, and prints the sizes.
///
/// Cargo builds them in the order of their dependencies, each against the packages before it, as
/// if these were on crates.io already.
///
/// # Errors
/// When a manifest or a package lacks something, when a package does not build, or is too large.
pub(crate) fn check() -> Result<(), String> {
    let packages = metadata::published()?;
    let mut faults: Vec<String> = packages.iter().flat_map(missing_keys).collect();
    let target = metadata::target_directory()?.join("packages");
    forget_older(&packages, &target)?;
    let mut command = cargo("package --quiet --locked --allow-dirty --all-features");
    command.env("CARGO_TARGET_DIR", &target);
    command.args(
        packages
            .iter()
            .flat_map(|package| ["--package", name(package)]),
    );
    run(&mut command)?;
    let folder = target.join("package");
    let mut total = 0;
    for package in &packages {
        let unpacked = folder.join(name_and_version(package));
        let archive = unpacked.with_file_name(format!("{}.crate", file_name(&unpacked)));
        let size = fs::metadata(&archive)
            .map_err(|error| describe(&archive, &error))?
            .len();
        println!("{:>8} bytes  {}", size, file_name(&archive));
        total += size;
        faults.extend(faults_of_files(&unpacked)?);
    }
    println!("{total:>8} bytes  in all; at most {MAX_TOTAL}");
    if total > MAX_TOTAL {
        faults.push(format!(
            "the packages have {total} bytes, more than {MAX_TOTAL}"
        ));
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults.join("\n")),
    }
}

/// Removes what earlier runs left. Cargo takes a package of a registry as unchanged while its
/// version is the same: neither does it unpack it again, nor build it.
fn forget_older(packages: &[Value], target: &Path) -> Result<(), String> {
    match fs::remove_dir_all(target) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(describe(target, &error)),
        _ => {}
    }
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    let unpacked = home.and_then(|home| fs::read_dir(home.join("registry/src")).ok());
    for registry in unpacked.into_iter().flatten().flatten() {
        // The registry in which Cargo puts packages for this has a folder and no host.
        if registry.file_name().to_string_lossy().starts_with('-') {
            for package in packages {
                let older = registry.path().join(name_and_version(package));
                let _never_unpacked = fs::remove_dir_all(older);
            }
        }
    }
    Ok(())
}

/// Keys that crates.io or docs.rs shows and the manifest does not have.
fn missing_keys(package: &Value) -> Vec<String> {
    let is_empty = |value: &Value| value.is_null() || *value == Value::Array(Vec::new());
    let missing = KEYS.iter().filter(|key| is_empty(&package[**key]));
    let mut faults: Vec<String> = missing
        .map(|key| format!("{} has no `{key}` in its manifest", name(package)))
        .collect();
    if package["metadata"]["docs"]["rs"]["all-features"] != true {
        faults.push(format!(
            "docs.rs does not document all features of {}",
            name(package)
        ));
    }
    faults
}

fn faults_of_files(unpacked: &Path) -> Result<Vec<String>, String> {
    let mut faults = Vec::new();
    for file in FILES {
        let packaged = fs::read(unpacked.join(file)).unwrap_or_default();
        if packaged.is_empty() {
            faults.push(format!("{} has no {file}", file_name(unpacked)));
        }
        if file.starts_with("LICENSE") && fs::read(file).ok() != Some(packaged) {
            faults.push(format!(
                "{file} of {} is not that of the workspace",
                file_name(unpacked)
            ));
        }
    }
    let entries = fs::read_dir(unpacked).map_err(|error| describe(unpacked, &error))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let extra = names.filter(|name| NOT_PACKAGED.contains(&name.as_str()));
    faults.extend(extra.map(|name| format!("{} has {name}/", file_name(unpacked))));
    Ok(faults)
}

fn name(package: &Value) -> &str {
    text(package, "name")
}

fn name_and_version(package: &Value) -> String {
    format!("{}-{}", name(package), text(package, "version"))
}

fn text<'a>(package: &'a Value, key: &str) -> &'a str {
    package[key].as_str().unwrap_or_default()
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn describe(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

const KEYS: [&str; 7] = [
    "description",
    "license",
    "repository",
    "documentation",
    "readme",
    "keywords",
    "categories",
];

const FILES: [&str; 3] = ["README.md", "LICENSE-APACHE", "LICENSE-MIT"];

const NOT_PACKAGED: [&str; 3] = ["benches", "examples", "tests"];

/// Compressed, of all crates together.
const MAX_TOTAL: u64 = 768 << 10;
