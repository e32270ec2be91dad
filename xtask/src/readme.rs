//! The READMEs: each Rust snippet compiles with exactly the dependencies shown before it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::metadata;
use crate::process::{cargo, output, run};

/// Builds each snippet of the READMEs as a project of its own, and produces the message that the
/// README of the workspace quotes.
///
/// # Errors
/// At the first snippet that does not compile, or when Cargo's message is another one.
pub(crate) fn check() -> Result<(), String> {
    let folder = metadata::target_directory()?.join("readme");
    let packages = metadata::published()?;
    let manifests = packages
        .iter()
        .filter_map(|package| package["manifest_path"].as_str());
    let readmes = manifests.map(|manifest| Path::new(manifest).with_file_name("README.md"));
    let all = readmes.chain([PathBuf::from("README.md")]);
    let mut count = 0;
    for readme in all {
        for snippet in snippets(&read(&readme)?) {
            count += 1;
            println!("{}, snippet {count}", readme.display());
            snippet.check(&folder, &format!("snippet-{count}"), &packages)?;
        }
    }
    two_versions(&folder, &packages)
}

/// A code block of Rust, and the block of TOML before it.
#[derive(Debug, PartialEq)]
struct Snippet {
    dependencies: String,
    code: String,
}

fn snippets(text: &str) -> Vec<Snippet> {
    let mut dependencies = String::new();
    let mut found = Vec::new();
    for (language, code) in blocks(text) {
        match language {
            "toml" => dependencies = code,
            "rust" => found.push(Snippet {
                dependencies: dependencies.clone(),
                code,
            }),
            _ => {}
        }
    }
    found
}

/// Language and content of each fenced code block.
fn blocks(text: &str) -> Vec<(&str, String)> {
    let mut lines = text.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let inside = lines.by_ref().take_while(|line| !line.starts_with("```"));
            let code = inside.fold(String::new(), |code, line| code + line + "\n");
            found.push((language, code));
        }
    }
    found
}

impl Snippet {
    fn check(&self, folder: &Path, name: &str, packages: &[Value]) -> Result<(), String> {
        let manifest = [
            &head(name, "0.0.0"),
            LINTS,
            &self.dependencies,
            &patches(packages),
        ]
        .concat();
        let file = match self.code.contains("fn main()") {
            true => "src/main.rs",
            false => "src/lib.rs",
        };
        let project = folder.join(name);
        let lock = read(Path::new("Cargo.lock"))?;
        write(
            &project,
            &[
                ("Cargo.toml", &manifest),
                ("Cargo.lock", &lock),
                (file, &self.code),
            ],
        )?;
        let mut command = cargo("check --quiet");
        command.env("CARGO_TARGET_DIR", folder.join("target"));
        run(command.current_dir(project))
    }
}

/// Has Cargo refuse two versions of wf-instrument, and compares its message with the quoted one.
///
/// A quoted line that ends with an ellipsis is the beginning of a line. Cargo names the folders of
/// packages that do not come from crates.io; these are left out.
fn two_versions(folder: &Path, packages: &[Value]) -> Result<(), String> {
    let links = "links = \"wf-instrument\"\n";
    let uses = "[dependencies]\nwf-instrument = \"0.2\"\n";
    let newer = [
        ("Cargo.toml", &*(head("wf-instrument", "0.2.0") + links)),
        ("build.rs", "fn main() {}"),
        ("src/lib.rs", ""),
    ];
    let model = [
        ("Cargo.toml", &*(head("their-model", "1.0.0") + uses)),
        ("src/lib.rs", ""),
    ];
    let service = format!(
        "{}[dependencies]\ntheir-model = \"1\"\nwf-exporter = \"0.1\"\n{}\
         newer = {{ package = \"wf-instrument\", path = \"../newer\" }}\n\
         their-model = {{ path = \"../their-model\" }}\n",
        head("service", "0.1.0"),
        patches(packages),
    );
    write(&folder.join("newer"), &newer)?;
    write(&folder.join("their-model"), &model)?;
    let project = folder.join("service");
    let lock = read(Path::new("Cargo.lock"))?;
    write(
        &project,
        &[
            ("Cargo.toml", &service),
            ("Cargo.lock", &lock),
            ("src/lib.rs", ""),
        ],
    )?;
    let said = match output(cargo("metadata --format-version=1").current_dir(project)) {
        Ok(_) => return Err("Cargo accepts two versions of wf-instrument".to_owned()),
        Err(said) => without_folders(&said),
    };
    let readme = read(Path::new("README.md"))?;
    let quoted = blocks(&readme);
    let quoted = quoted
        .iter()
        .find(|(_, text)| text.contains("links to the native library"));
    let (_, quoted) = quoted.ok_or("README.md does not quote the message")?;
    let is_said = |line: &str| match line.strip_suffix(" …") {
        Some(begin) => said.lines().any(|said| said.starts_with(begin)),
        None => said.lines().any(|said| said == line),
    };
    match quoted.lines().find(|line| !is_said(line)) {
        None => Ok(()),
        Some(line) => Err(format!(
            "README.md quotes `{line}`, but Cargo says:\n{said}"
        )),
    }
}

fn without_folders(text: &str) -> String {
    let mut parts = text.split(" (/");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once(')').map_or(part, |(_, rest)| rest)
    })
}

fn head(name: &str, version: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2024\"\n")
}

/// The published crates as they are here, in place of those of crates.io.
fn patches(packages: &[Value]) -> String {
    let patch = packages.iter().filter_map(|package| {
        let manifest = Path::new(package["manifest_path"].as_str()?);
        let (name, folder) = (package["name"].as_str()?, manifest.parent()?);
        Some(format!("{name} = {{ path = {folder:?} }}\n"))
    });
    patch.fold("[workspace]\n[patch.crates-io]\n".to_owned(), |all, one| {
        all + &one
    })
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

fn write(project: &Path, files: &[(&str, &str)]) -> Result<(), String> {
    let _absent_at_first = fs::remove_dir_all(project);
    for (file, text) in files {
        let file = project.join(file);
        let folder = file.parent().unwrap_or(project);
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&file, text));
        written.map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

const LINTS: &str = "[lints.rust]\nwarnings = \"deny\"\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_has_the_last_dependencies_shown_before_it() {
        let text = "# A\n```toml\na\n```\n```rust\nb\n\nc\n```\n```sh\nd\n```\n```toml\ne\n```\n```rust\nf\n```\n";
        let snippet = |dependencies: &str, code: &str| Snippet {
            dependencies: dependencies.into(),
            code: code.into(),
        };
        assert_eq!(
            snippets(text),
            [snippet("a\n", "b\n\nc\n"), snippet("e\n", "f\n")]
        );
    }

    #[test]
    fn folders_are_cut_out_of_messages() {
        let text = "a `b v0.1.0 (/x/y)` of `c v0.2.0 (/z)`\nd (e)";
        assert_eq!(without_folders(text), "a `b v0.1.0` of `c v0.2.0`\nd (e)");
    }
}
