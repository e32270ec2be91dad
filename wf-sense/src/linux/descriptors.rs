//! `/proc/self/fd` and `/proc/self/limits`: files that this process has open, and how many it may have.

use std::fs;

use super::files::Files;
use crate::reading::ReadResult;

/// How many are open. Since Linux 6.2 the directory's size says it; before, every one is listed, about 0.5 µs each.
pub(super) fn open(files: &Files) -> ReadResult<u64> {
    let path = files.own("fd");
    match fs::metadata(files.at(&path)).map(|directory| directory.len()) {
        Ok(count) if count > 0 => Ok(count),
        _ => listed(files, &path),
    }
}

/// How many may be open; `u64::MAX` for no bound.
pub(super) fn limit(files: &mut Files) -> ReadResult<u64> {
    files.read("proc/self/limits", parse)
}

/// Listing opens the directory, which then lists itself too, unless it is of a thread that has
/// ended.
fn listed(files: &Files, path: &str) -> ReadResult<u64> {
    let count = files.count(path)?;
    count
        .checked_sub(1)
        .ok_or("the thread whose open files were listed has ended".into())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_is_the_one_that_binds() {
        let limits = "Limit  Soft  Hard  Units\nMax open files            1024  524288  files\n";
        assert_eq!(parse(limits), Some(1024));
        assert_eq!(
            parse("Max open files  unlimited  unlimited  files"),
            Some(u64::MAX)
        );
        assert_eq!(parse("Max open files"), None);
    }

    #[test]
    fn listing_counts_each_file_but_its_own() {
        let files = Files::new(env!("CARGO_MANIFEST_DIR").into());
        let sources = fs::read_dir(files.at("src/linux")).unwrap().count();
        let counted = files.count("src/linux").unwrap();
        assert_eq!(usize::try_from(counted).unwrap(), sources);
        assert!(
            files
                .count("src/nothing")
                .unwrap_err()
                .starts_with("/src/nothing: ")
        );
        assert!(listed(&Files::new("/".into()), "proc/self/fd").unwrap() >= 3);
    }
}
