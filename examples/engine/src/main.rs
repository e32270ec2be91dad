//! The reference engine: `cargo run --release -p wf-engine`.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use wf_engine::app::{Flags, run};
use wf_engine::measure::profile;
use wf_engine::model::threads;

fn main() -> ExitCode {
    // If the process cannot restart itself, it runs at a fraction of the speed.
    let _ = threads::single_returning_memory();
    match Flags::try_parse() {
        Ok(flags) => start(&flags),
        Err(asked)
            if matches!(
                asked.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            ) =>
        {
            asked.exit()
        }
        Err(error) => refuse(first_paragraph(&error.to_string())),
    }
}

fn start(flags: &Flags) -> ExitCode {
    if flags.profile {
        return explain();
    }
    match run(flags) {
        Ok(summary) => {
            let _ = writeln!(io::stdout(), "{summary}");
            ExitCode::SUCCESS
        }
        Err(error) => refuse(format!("error: {error}")),
    }
}

fn explain() -> ExitCode {
    match profile() {
        Some(text) => {
            let _ = writeln!(io::stdout(), "{text}");
            ExitCode::SUCCESS
        }
        None => refuse("error: this build does not measure".to_owned()),
    }
}

fn refuse(line: String) -> ExitCode {
    let _ = writeln!(io::stderr(), "{line}");
    ExitCode::from(2)
}

/// The first paragraph as one line; the rest is a hint at `--help`.
fn first_paragraph(message: &str) -> String {
    let paragraph = message.split("\n\n").next().unwrap_or(message);
    let words: Vec<_> = paragraph.split_whitespace().collect();
    words.join(" ")
}
