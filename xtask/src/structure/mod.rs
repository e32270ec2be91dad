//! `cargo xtask structure`: no circle between the files of a crate.
//!
//! A file that uses an item depends on the file that defines it, through any number of re-exports.
//! Also, in wf-instrument only `sync` names the atomics of std or of loom, so that loom can model
//! all that is lock-free, and only macros use `wf_instrument::private`.

mod reader;
mod resolve;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use self::reader::{Crate, Mention, Segments};
use crate::metadata;

/// Checks every library and program of the workspace.
///
/// # Errors
/// When there is a circle or a forbidden path, which are printed, or when a file cannot be read.
pub(crate) fn run() -> Result<(), String> {
    let mut faults = 0;
    for (name, root) in metadata::crate_roots()? {
        let source = Crate::read(&root)?;
        let arrows = arrows(&source);
        for circle in circles(&arrows) {
            faults += 1;
            println!("circle:\n{}", describe(&circle, &arrows));
        }
        for line in forbidden(&source, &name) {
            faults += 1;
            println!("{line}");
        }
    }
    match faults {
        0 => Ok(()),
        _ => Err(format!("{faults} faults of structure")),
    }
}

/// For each file, the files it depends on, each with the names that it uses.
type Arrows = BTreeMap<PathBuf, BTreeMap<PathBuf, BTreeSet<String>>>;

fn arrows(source: &Crate) -> Arrows {
    let mut arrows = Arrows::new();
    for Mention { module, path } in &source.mentions {
        let from = &source.modules[module].file;
        if let Some((file, name)) = source.resolve(module, path)
            && from != file
        {
            let targets = arrows.entry(from.clone()).or_default();
            targets
                .entry(file.clone())
                .or_default()
                .insert(name.clone());
        }
    }
    arrows
}

/// The sets of files that depend on each other.
fn circles(arrows: &Arrows) -> BTreeSet<BTreeSet<&Path>> {
    let reach = |file| reachable(file, arrows);
    let reached: BTreeMap<&Path, BTreeSet<&Path>> = arrows
        .keys()
        .map(|file| (file.as_path(), reach(file)))
        .collect();
    let mut circles = BTreeSet::new();
    for (file, targets) in &reached {
        let back = |other: &&Path| reached.get(other).is_some_and(|set| set.contains(file));
        let circle: BTreeSet<&Path> = targets.iter().copied().filter(back).collect();
        circles.extend(Some(circle).filter(|circle| !circle.is_empty()));
    }
    circles
}

fn reachable<'a>(file: &Path, arrows: &'a Arrows) -> BTreeSet<&'a Path> {
    let mut found = BTreeSet::new();
    let mut pending: Vec<&Path> = Vec::new();
    let targets = |file: &Path| arrows.get(file).into_iter().flat_map(BTreeMap::keys);
    pending.extend(targets(file).map(PathBuf::as_path));
    while let Some(next) = pending.pop() {
        if found.insert(next) {
            pending.extend(targets(next).map(PathBuf::as_path));
        }
    }
    found
}

/// One line for each arrow of a circle.
fn describe(circle: &BTreeSet<&Path>, arrows: &Arrows) -> String {
    let inside = arrows
        .iter()
        .filter(|(from, _)| circle.contains(from.as_path()));
    let lines = inside.flat_map(|(from, targets)| {
        let targets = targets
            .iter()
            .filter(|(to, _)| circle.contains(to.as_path()));
        targets.map(move |(to, names)| {
            let names = names
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(", ");
            format!("  {} -> {}: {names}", from.display(), to.display())
        })
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Paths of other crates that this crate may not name.
fn forbidden(source: &Crate, name: &str) -> BTreeSet<String> {
    let is_ours = name == "wf-instrument";
    let uses = source.modules.iter().flat_map(|(module, scope)| {
        let paths = scope.imports.values().chain(&scope.globs);
        paths.map(move |path| (module, path))
    });
    let mentions = source.mentions.iter();
    let mentions = mentions.map(|Mention { module, path }| (module, path));
    // Every module may use what `sync` re-exports, so atomics are looked for as they are written.
    let names_atomics = |module: &Segments, path: &Segments| {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        let is_atomic = matches!(
            names.strip_prefix(&[""]).unwrap_or(&names),
            ["std" | "core", "sync", "atomic", ..] | ["loom", ..]
        );
        is_atomic && module.first().is_none_or(|module| module != "sync")
    };
    let is_private = |module: &Segments, path: &Segments| {
        let path = source.foreign(module, path).unwrap_or_default();
        path.starts_with(&PRIVATE.map(str::to_owned))
    };
    let is_forbidden = |(module, path): &(&Segments, &Segments)| match is_ours {
        true => names_atomics(module, path),
        false => is_private(module, path),
    };
    let describe = |(module, path): (&Segments, &Segments)| {
        let file = source.modules[module].file.display();
        let name = match is_ours {
            true => path.join("::"),
            false => PRIVATE.join("::"),
        };
        format!("{file}: may not name {name}")
    };
    uses.chain(mentions)
        .filter(is_forbidden)
        .map(describe)
        .collect()
}

/// The module of wf-instrument that only its macros use.
const PRIVATE: [&str; 2] = ["wf_instrument", "private"];

#[cfg(test)]
mod tests;
