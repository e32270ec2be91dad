//! Who imports the macros' own interface.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::resolve::Target;
use super::source::{Place, Source};

/// Imports of `wf_instrument::private` outside wf-instrument and its macros.
///
/// # Errors
/// Where a file cannot be read, or does not parse.
pub(super) fn imports() -> Result<Vec<String>, String> {
    let mut files = Vec::new();
    rust_files(Path::new("."), &mut files).map_err(|error| error.to_string())?;
    files.sort();
    let mut found = Vec::new();
    for file in files {
        let text =
            fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        found.extend(imports_of(file.strip_prefix(".").unwrap_or(&file), &text)?);
    }
    Ok(found)
}

fn imports_of(file: &Path, text: &str) -> Result<Vec<String>, String> {
    let mut source = Source::default();
    source.add(&[], file, text)?;
    let private = ["wf_instrument", "private"].map(str::to_owned);
    let found = source.mentions.iter().filter(|mention| {
        let target = source.resolve(&mention.module, &mention.path, "");
        matches!(target, Target::Outside(path) if path.starts_with(&private))
    });
    let line = |place: &Place| format!("{place}: wf_instrument::private is for macros only");
    let mut lines: Vec<String> = found.map(|mention| line(&mention.place)).collect();
    lines.dedup();
    Ok(lines)
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !ELSEWHERE.contains(&&*name) && !name.starts_with('.') {
            rust_files(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

const ELSEWHERE: [&str; 3] = ["target", "wf-instrument", "wf-instrument-macros"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_private_interface_is_seen_under_any_name() {
        for text in [
            "use wf_instrument::private::Slot;",
            "use wf_instrument::{Site, private};",
            "use wf_instrument as wf;\nfn f() { wf::private::g() }",
            "fn f() { println!(\"{}\", wf_instrument::private::g()) }",
        ] {
            assert_eq!(
                imports_of(Path::new("a.rs"), text).unwrap().len(),
                1,
                "{text}"
            );
        }
    }

    #[test]
    fn the_public_interface_and_other_private_modules_are_free() {
        let text = "use wf_instrument::Site; use crate::private::A; use other::private::B;";
        assert_eq!(imports_of(Path::new("a.rs"), text).unwrap(), [""; 0]);
    }

    #[test]
    fn a_file_that_does_not_parse_is_an_error_at_its_line() {
        let error = imports_of(Path::new("a.rs"), "\nfn (").unwrap_err();
        assert!(error.starts_with("a.rs:2: "), "{error}");
    }
}
