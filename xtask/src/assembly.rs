//! Annotated code that does not measure compiles to the same assembly as without annotations.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{cargo, run};

/// Compiles the example `unmeasured` with its annotations and without, and compares.
///
/// # Errors
///
/// When it does not compile, or the assembly differs.
pub(crate) fn same() -> Result<(), String> {
    let folder = Path::new("target/assembly");
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let [annotated, plain] = [("annotated", &[][..]), ("plain", &["--cfg", "wf_plain"])]
        .map(|(name, flags)| compile(folder.join(name).with_extension("s"), flags));
    let (annotated, plain) = (annotated?, plain?);
    match annotated
        .lines()
        .zip(plain.lines())
        .position(|(a, b)| a != b)
    {
        None if annotated.len() == plain.len() => Ok(()),
        differs => Err(format!(
            "the assembly differs from line {} on: see {}",
            differs.map_or(0, |line| line + 1),
            folder.display()
        )),
    }
}

fn compile(assembly: PathBuf, flags: &[&str]) -> Result<String, String> {
    let line = "rustc --quiet --release --package wf-instrument --no-default-features --example unmeasured --";
    let mut command = cargo(line);
    command.args([
        "-C",
        "debuginfo=0",
        "-C",
        "codegen-units=1",
        "-C",
        "lto=off",
    ]);
    command
        .args(flags)
        .arg(format!("--emit=asm={}", assembly.display()));
    run(&mut command)?;
    fs::read_to_string(&assembly).map_err(|error| format!("{}: {error}", assembly.display()))
}
