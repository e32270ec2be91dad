//! `/proc/self/fd` and `/proc/self/limits`: files that this process has open, and how many it may have.

use std::fs;

use super::files::Files;
use crate::sensor::reading::Answer;

/// How many are open. Since Linux 6.2 the directory's size says it; before, every one is listed, about 0.5 µs each.
pub(super) fn open(files: &mut Files) -> Answer<u64> {
    match fs::metadata(files.at(PATH)).map(|directory| directory.len()) {
        Ok(count) if count > 0 => Ok(count),
        _ => listed(files),
    }
}

/// How many may be open; `u64::MAX` for no bound.
pub(super) fn limit(files: &mut Files) -> Answer<u64> {
    files.read("proc/self/limits", parse)
}

/// Listing opens the directory, which then lists itself too.
fn listed(files: &mut Files) -> Answer<u64> {
    files.count(PATH).map(|count| count.saturating_sub(1))
}

fn parse(text: &str) -> Option<u64> {
    let soft = text
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?
        .split_ascii_whitespace()
        .next()?;
    match soft {
        "unlimited" => Some(u64::MAX),
        count => count.parse().ok(),
    }
}

const PATH: &str = "proc/self/fd";
