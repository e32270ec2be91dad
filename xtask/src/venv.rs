//! A Python with pinned packages, for the tests that ask other people's clients.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{output, run};

/// The interpreter of an environment under `target` that holds our requirements and nothing else.
///
/// It is made once, and again when the requirements change.
///
/// # Errors
/// When Python cannot make it, or pip does not get a package.
pub(crate) fn make(target: &Path) -> Result<PathBuf, String> {
    let wanted = wanted()?;
    let folder = target.join("venv");
    let python = folder.join("bin/python");
    let held = folder.join("requirements.txt");
    if python.is_file() && fs::read(&held).is_ok_and(|held| held == wanted) {
        return Ok(python);
    }
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&folder))?;
    let files = REQUIREMENTS.iter().flat_map(|file| ["-r", file]);
    run(Command::new(&python)
        .args(PIP_INSTALL.split(' '))
        .args(files))?;
    fs::write(&held, wanted).map_err(|error| format!("{}: {error}", held.display()))?;
    Ok(python)
}

/// Returns true if Python has the modules that [`make`] needs: Debian packs these apart.
pub(crate) fn possible() -> bool {
    output(Command::new("python3").args(["-c", "import ensurepip, venv"])).is_ok()
}

/// The contents of all files of requirements.
fn wanted() -> Result<Vec<u8>, String> {
    let read = |file| fs::read(file).map_err(|error| format!("{file}: {error}"));
    let files: Vec<_> = REQUIREMENTS
        .into_iter()
        .map(read)
        .collect::<Result<_, _>>()?;
    Ok(files.concat())
}

/// One file for each package whose tests ask a client.
const REQUIREMENTS: [&str; 2] = [
    "xtask/requirements.txt",
    "examples/engine/tests/requirements.txt",
];

const PIP_INSTALL: &str =
    "-m pip --disable-pip-version-check install --quiet --only-binary=:all: --require-hashes";
