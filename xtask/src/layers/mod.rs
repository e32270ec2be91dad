//! `cargo xtask layers`: what may import what.
//!
//! * In wf-instrument, no module imports one of a higher [level](levels::LEVELS).
//! * There, only `sync` names the atomics of std, or loom.
//! * `wf_instrument::private` serves what the macros expand to, and nobody else.

use std::fs;
use std::path::Path;

use imports::Findings;
use source::Source;

mod attributes;
mod imports;
mod levels;
mod private;
mod reader;
mod resolve;
mod source;
mod tokens;

/// Prints one line when all is in order; with `verbose` also the imports between neighbours.
///
/// # Errors
/// Where an import is against the rules (they are printed), or a file cannot be read.
pub(crate) fn run(verbose: bool) -> Result<(), String> {
    let source = Source::read(Path::new(ROOT), |file| fs::read_to_string(file).ok())?;
    let Findings {
        mut wrong,
        sideways,
    } = imports::check(&source, levels::LEVELS);
    wrong.extend(private::imports()?);
    if verbose {
        sideways.iter().for_each(|line| println!("{line}"));
    }
    wrong.iter().for_each(|line| println!("{line}"));
    if !wrong.is_empty() {
        return Err(format!("{} imports against the rules", wrong.len()));
    }
    println!(
        "layers: the {} modules of wf-instrument are in order",
        source.scopes.len()
    );
    Ok(())
}

const ROOT: &str = "wf-instrument/src/lib.rs";
