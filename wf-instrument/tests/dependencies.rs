//! Packages whose dependency on the SDK is renamed, re-exported, or other in the build script.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::{env, fs, io};

#[test]
fn a_program_measures_code_that_its_build_script_does_not() {
    assert_eq!(run("measured"), "Ok(4) 3 (0, 0, 0)\nOk(4) 3 (1, 2, 3)\n");
}

#[test]
fn a_build_script_measures_code_that_its_program_does_not() {
    assert_eq!(run("plain"), "Ok(4) 1\nOk(4) 3\n");
}

#[test]
fn a_renamed_dependency_is_found() {
    assert_eq!(run("renamed"), "Ok(2)\n2 renamed::Engine::step\n");
}

#[test]
fn a_re_exported_dependency_is_found_if_its_path_is_given() {
    let output = cargo(&["run", "--quiet", "--package", "unnamed"]);
    let problems = String::from_utf8_lossy(&output.stderr);
    let errors: Vec<&str> = problems
        .lines()
        .filter(|line| line.starts_with("error"))
        .collect();
    let [only, compiled] = errors[..] else {
        panic!("not one error and its summary: {problems}");
    };
    assert!(
        only.contains("`crate = my_app::wf_instrument`"),
        "{problems}"
    );
    assert!(compiled.contains("could not compile"), "{problems}");

    let output = cargo(&[
        "run",
        "--quiet",
        "--package",
        "unnamed",
        "--features",
        "named",
    ]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "Ok(2)\n");
}

/// Runs `program` of the workspace in `dependencies` and returns its standard output.
fn run(program: &str) -> String {
    let output = cargo(&["run", "--quiet", "--package", program]);
    let problems = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{problems}");
    String::from_utf8(output.stdout).expect("text")
}

/// Runs `cargo` in a copy of the workspace that all tests share.
fn cargo(args: &[&str]) -> Output {
    static PREPARED: LazyLock<PathBuf> = LazyLock::new(|| copy_workspace().expect("a copy"));
    let project = &*PREPARED;
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(args)
        .current_dir(project)
        .env("CARGO_TARGET_DIR", project.join("target"))
        .output()
        .expect("cargo runs")
}

/// Copies the workspace, with this checkout of the SDK and the versions of its lock file.
fn copy_workspace() -> io::Result<PathBuf> {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dependencies");
    let ours = Path::new(env!("CARGO_MANIFEST_DIR"));
    copy(&ours.join("tests/dependencies"), &project)?;
    for manifest in ["Cargo.toml", "renamed/Cargo.toml"] {
        let manifest = project.join(manifest);
        let path = format!("path = {:?}", ours.display().to_string());
        let text = fs::read_to_string(&manifest)?.replace("path = \"../..\"", &path);
        fs::write(manifest, text)?;
    }
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
