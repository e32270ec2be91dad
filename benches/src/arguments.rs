//! The command line that all benches share.

use std::path::PathBuf;
use std::{env, fs, io};

use serde::Serialize;

/// `--json FILE`, `--rounds N` and `--threads A,B,C`; what Cargo adds (`--bench`) is ignored.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// Where the figures go as JSON, if anywhere.
    pub json: Option<PathBuf>,
    /// Batches a contender, or pairs of runs; the bench's own number where it is not given.
    pub rounds: Option<usize>,
    /// Numbers of threads to run at.
    pub threads: Vec<usize>,
}

impl Arguments {
    /// From the command line of this process.
    ///
    /// # Errors
    ///
    /// An argument that is unknown, or without its value, in words.
    pub fn parse() -> Result<Self, String> {
        let mut parsed = Self {
            json: None,
            rounds: None,
            threads: vec![1, 2, 8],
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
                _ => {
                    return Err(format!(
                        "unknown argument {name}: --json FILE, --rounds N, --threads A,B,C"
                    ));
                }
            }
        }
        Ok(parsed)
    }

    /// Writes the figures where `--json` asked for them.
    ///
    /// # Errors
    ///
    /// What the file system says.
    pub fn save<T: Serialize>(&self, figures: &[T]) -> io::Result<()> {
        match &self.json {
            Some(path) => fs::write(path, serde_json::to_vec_pretty(figures)?),
            None => Ok(()),
        }
    }
}

fn number(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|&n| n > 0)
        .ok_or_else(|| format!("`{text}` is not a number above zero"))
}
