//! The imports of wf-instrument against its levels.

use std::collections::BTreeSet;

use super::levels::{Levels, level};
use super::resolve::Target;
use super::source::{Mention, Source};

/// Lines to print.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) wrong: Vec<String>,
    /// Allowed, and worth a look: imports between modules of one level.
    pub(super) sideways: Vec<String>,
}

/// A module that names another often is reported at the first place in each of its files.
pub(super) fn check(source: &Source, levels: &Levels) -> Findings {
    let mut findings = Findings {
        wrong: unknown(source, levels),
        sideways: Vec::new(),
    };
    let mut seen = BTreeSet::new();
    for mention in &source.mentions {
        let target = source.resolve(&mention.module, &mention.path, THIS_CRATE);
        let (list, text) = match judge(levels, mention, &target) {
            Verdict::Fine => continue,
            Verdict::Wrong(text) => (&mut findings.wrong, text),
            Verdict::Sideways(text) => (&mut findings.sideways, text),
        };
        if seen.insert((&mention.place.file, &mention.module, target)) {
            list.push(format!("{}: {text}", mention.place));
        }
    }
    findings
}

fn unknown(source: &Source, levels: &Levels) -> Vec<String> {
    let root = source.scopes.iter().filter(|(module, _)| module.is_empty());
    root.flat_map(|(_, scope)| &scope.children)
        .filter(|(name, _)| level(levels, &[(*name).clone()]).is_none())
        .map(|(name, place)| {
            format!("{place}: module {name} has no level; give it one in {LEVELS_FILE}")
        })
        .collect()
}

enum Verdict {
    Fine,
    Wrong(String),
    Sideways(String),
}

fn judge(levels: &Levels, mention: &Mention, target: &Target) -> Verdict {
    match target {
        Target::Outside(path) => atomics(&mention.module, path),
        // The root is above every level, and `crate` alone names nothing in it.
        Target::Inside(_) if mention.module.is_empty() || mention.path == ["crate"] => {
            Verdict::Fine
        }
        Target::Inside(root) if root.is_empty() => Verdict::Wrong(format!(
            "{} imports {} from the root, above every level",
            mention.module.join("::"),
            mention.path.join("::"),
        )),
        Target::Inside(module) => edge(levels, &mention.module, module),
    }
}

/// A module without a level is reported by [`unknown`], not here.
fn edge(levels: &Levels, from: &[String], to: &[String]) -> Verdict {
    let (Some(lower), Some(higher)) = (level(levels, from), level(levels, to)) else {
        return Verdict::Fine;
    };
    let text = format!(
        "level {lower} {} imports level {higher} {}",
        from.join("::"),
        to.join("::")
    );
    if higher > lower {
        Verdict::Wrong(text)
    } else if higher == lower && from[0] != to[0] {
        Verdict::Sideways(text)
    } else {
        Verdict::Fine
    }
}

fn atomics(module: &[String], path: &[String]) -> Verdict {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    let theirs = matches!(
        names[..],
        ["std" | "core", "sync", "atomic", ..] | ["loom", ..]
    );
    if theirs && module.first().is_none_or(|module| module != "sync") {
        Verdict::Wrong(format!("only sync names {}", names.join("::")))
    } else {
        Verdict::Fine
    }
}

/// The name by which macros of the crate, expanded inside it, call it.
const THIS_CRATE: &str = "wf_instrument";

const LEVELS_FILE: &str = "xtask/src/layers/levels.rs";

#[cfg(test)]
mod tests;
