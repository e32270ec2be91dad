//! Text that no formatter wraps: comments and Markdown have at most 100 columns.

use std::fs;
use std::process::Command;

use crate::process::output;

/// Checks every tracked Rust and Markdown file.
///
/// # Errors
/// When a line is longer, with its place, or when a file cannot be read.
pub(crate) fn check() -> Result<(), String> {
    let files = output(Command::new("git").args(["ls-files", "*.rs", "*.md"]))?;
    let mut long = Vec::new();
    for file in files.lines() {
        let text = fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
        let is_code = file.ends_with(".rs");
        let lines = text.lines().zip(1..);
        let lines = lines.filter(|(line, _)| is_long(line, is_code));
        long.extend(lines.map(|(_, number)| format!("{file}:{number}")));
    }
    match long.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "longer than {COLUMNS} columns:\n{}",
            long.join("\n")
        )),
    }
}

/// A word that cannot be broken, such as a link, may be longer.
fn is_long(line: &str, is_code: bool) -> bool {
    let text = line.trim_start();
    let is_checked = !is_code || text.starts_with("//");
    let words = text.trim_start_matches(['/', '!', ' ']);
    is_checked && line.chars().count() > COLUMNS && words.contains(' ')
}

const COLUMNS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_could_be_wrapped_are_long_past_100_columns() {
        let check = |line: &str, is_code, expected| {
            assert_eq!(is_long(line, is_code), expected, "{line}");
        };
        let (fits, long) = (
            format!("a {}", "é".repeat(98)),
            format!("a {}", "é".repeat(99)),
        );
        check(&fits, false, false);
        check(&long, false, true);
        check(&long, true, false);
        check(&format!("    /// {long}"), true, true);
        check(&format!("//! {}", "x".repeat(200)), true, false);
    }
}
