//! `cargo xtask`: the chores of this workspace, one verb a file.
#![forbid(unsafe_code)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks by printing"
)]

use std::env;
use std::path::Path;
use std::process::ExitCode;

mod assembly;
mod bench;
mod columns;
mod metadata;
mod miri;
mod package;
mod process;
mod readme;
mod report;
mod structure;
mod targets;
mod test;
mod tools;
mod venv;

const USAGE: &str = "\
cargo xtask test                 everything that CI demands
cargo xtask structure            no circle between the files of a crate
cargo xtask package              each published crate is complete and builds alone
cargo xtask readme               each snippet of the READMEs compiles as shown
cargo xtask miri                 no undefined behaviour in the storage: ten minutes, nightly Rust
cargo xtask bench [NAME…]        all benches or those named; figures go to target/bench";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Goes to the root of the workspace first: every verb's paths are relative to it.
fn run(arguments: &[&str]) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    env::set_current_dir(&root).map_err(|error| format!("{}: {error}", root.display()))?;
    match arguments {
        ["test"] => test::run(),
        ["package"] => package::check(),
        ["readme"] => readme::check(),
        ["structure"] => structure::run(),
        ["miri"] => miri::run(),
        ["bench", names @ ..] => bench::run(names),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(format!("`{}` is none of these:\n{USAGE}", other.join(" "))),
    }
}
