//! The command line that all benches share.

use std::path::PathBuf;
use std::{env, fs, io};

use serde::Serialize;

/// Arguments: `--json FILE`, `--rounds N`, `--threads A,B,C` and a part of a name. Cargo's
/// `--bench` is ignored.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// The file for the figures as JSON, if any.
    pub json: Option<PathBuf>,
    /// Batches per contender, or pairs of runs; without it, the default of the bench.
    pub rounds: Option<usize>,
    /// Thread counts to run with.
    pub threads: Vec<usize>,
    /// Part of the names of the contenders to run.
    pub only: Option<String>,
}

impl Arguments {
    /// Parses the command line of this process.
    ///
    /// # Errors
    ///
    /// An unknown argument, or one without its value.
    pub fn parse() -> Result<Self, String> {
        let mut parsed = Self {
            json: None,
            rounds: None,
            threads: vec![1, 2, 8],
            only: None,
        };
        let mut arguments = env::args().skip(1);
        while let Some(name) = arguments.next() {
            let mut value = || {
                arguments
                    .next()
                    .ok_or_else(|| format!("{name} needs a value"))
            };
            match name.as_str() {
                "--bench" => {}
                "--json" => parsed.json = Some(value()?.into()),
                "--rounds" => parsed.rounds = Some(number(&value()?)?),
                "--threads" => {
                    parsed.threads = value()?.split(',').map(number).collect::<Result<_, _>>()?;
                }
                name if !name.starts_with('-') => parsed.only = Some(name.to_owned()),
                _ => {
                    return Err(format!(
                        "unknown argument {name}: --json FILE, --rounds N, --threads A,B,C, or a part of a name"
                    ));
                }
            }
        }
        Ok(parsed)
    }

    /// Returns true if the contender called `name` runs.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name.contains(&**only))
    }

    /// Writes the figures to the file of `--json`.
    ///
    /// # Errors
    ///
    /// The error of the file system, with the path.
    pub fn save<T: Serialize>(&self, figures: &[T]) -> Result<(), String> {
        let Some(path) = &self.json else {
            return Ok(());
        };
        let write = || fs::write(path, serde_json::to_vec_pretty(figures)?);
        write().map_err(|error: io::Error| format!("{}: {error}", path.display()))
    }
}

fn number(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|&n| n > 0)
        .ok_or_else(|| format!("`{text}` is not a number above zero"))
}
