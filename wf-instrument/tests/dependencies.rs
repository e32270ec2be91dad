//! A library that a program and its build script use is measured in the one and not in the other.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::{env, fs, io};

#[test]
fn a_program_measures_what_its_build_script_does_not() {
    assert_eq!(run("measured"), "Ok(4) 3 (0, 0, 0)\nOk(4) 3 (1, 2, 3)\n");
}

#[test]
fn a_build_script_measures_what_its_program_does_not() {
    assert_eq!(run("plain"), "Ok(4) 1\nOk(4) 3\n");
}

/// What `program` of the workspace in `two_builds` prints.
fn run(program: &str) -> String {
    static PREPARED: LazyLock<PathBuf> = LazyLock::new(|| prepare().expect("a copy"));
    let project = &*PREPARED;
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["run", "--quiet", "--package", program])
        .current_dir(project)
        .env("CARGO_TARGET_DIR", project.join("target"))
        .output()
        .expect("cargo runs");
    let problems = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{problems}");
    String::from_utf8(output.stdout).expect("text")
}

/// A copy of the workspace, with this checkout of the SDK and the versions that it is tested with.
fn prepare() -> io::Result<PathBuf> {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("two_builds");
    let ours = Path::new(env!("CARGO_MANIFEST_DIR"));
    copy(&ours.join("tests/two_builds"), &project)?;
    let manifest = project.join("Cargo.toml");
    let path = format!("path = {:?}", ours.display().to_string());
    let text = fs::read_to_string(&manifest)?.replace("path = \"../..\"", &path);
    fs::write(manifest, text)?;
    fs::copy(ours.join("../Cargo.lock"), project.join("Cargo.lock"))?;
    Ok(project)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let from: PathBuf = entry?.path();
        let to = to.join(from.file_name().expect("an entry has a name"));
        match from.is_dir() {
            true => copy(&from, &to)?,
            false => drop(fs::copy(&from, &to)?),
        }
    }
    Ok(())
}
