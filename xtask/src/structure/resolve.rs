//! Finds the file that defines what a path names.

use std::path::PathBuf;

use super::reader::{Crate, Segments};

impl Crate {
    /// Follows a path as `module` writes it, through imports and re-exports, to the item of this
    /// crate that it names or lies in. Returns the file and the name of that item.
    pub(super) fn resolve(
        &self,
        module: &[String],
        path: &[String],
    ) -> Option<(&PathBuf, &String)> {
        match self.follow(module, path, LONGEST_CHAIN)? {
            Target::Item(file, name) => Some((file, name)),
            Target::Foreign(_) => None,
        }
    }

    /// Follows a path likewise out of this crate. Returns it with the other crate's name first.
    pub(super) fn foreign(&self, module: &[String], path: &[String]) -> Option<Segments> {
        match self.follow(module, path, LONGEST_CHAIN)? {
            Target::Item(..) => None,
            Target::Foreign(path) => Some(path),
        }
    }

    fn follow(&self, module: &[String], path: &[String], steps: usize) -> Option<Target<'_>> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.down(&[], rest, steps),
            "self" => self.down(module, rest, steps),
            "super" => {
                let (_, parent) = module.split_last()?;
                match rest.first() {
                    Some(next) if next == "super" => self.follow(parent, rest, steps),
                    _ => self.down(parent, rest, steps),
                }
            }
            "" => Some(Target::Foreign(rest.to_vec())),
            _ => self
                .down(module, path, steps)
                .or_else(|| Some(Target::Foreign(path.to_vec()))),
        }
    }

    /// Looks a path up inside `module`.
    fn down(&self, module: &[String], path: &[String], steps: usize) -> Option<Target<'_>> {
        let (first, rest) = path.split_first()?;
        let child: Segments = [module, std::slice::from_ref(first)].concat();
        if self.modules.contains_key(&child) {
            return self.down(&child, rest, steps);
        }
        let scope = self.modules.get(module)?;
        if let Some(name) = scope.items.get(first) {
            return Some(Target::Item(&scope.file, name));
        }
        let steps = steps.checked_sub(1)?;
        match scope.imports.get(first) {
            // `pub(crate) use a_macro;` imports a name under itself.
            Some(import) if import[..] == path[..1] => Some(Target::Foreign(path.to_vec())),
            Some(import) => self.follow(module, &[import, rest].concat(), steps),
            None => scope.globs.iter().find_map(|glob| {
                let target = self.follow(module, &[glob, path].concat(), steps)?;
                // Which names a glob of another crate has is not known here.
                let is_known = LOCAL.contains(&glob[0].as_str());
                let found = is_known || matches!(target, Target::Item(..));
                found.then_some(target)
            }),
        }
    }
}

/// First segments of paths that stay in this crate.
const LOCAL: [&str; 3] = ["crate", "self", "super"];

/// Longer chains of re-exports than this are loops.
const LONGEST_CHAIN: usize = 16;

/// The end of a path.
enum Target<'a> {
    /// The file and the name of an item of this crate.
    Item(&'a PathBuf, &'a String),
    /// A path into another crate, or of a name that no module of this crate has.
    Foreign(Segments),
}
