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
        self.follow(module, path, LONGEST_CHAIN)
    }

    fn follow(
        &self,
        module: &[String],
        path: &[String],
        steps: usize,
    ) -> Option<(&PathBuf, &String)> {
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
            _ => self.down(module, path, steps),
        }
    }

    /// Looks a path up inside `module`.
    fn down(
        &self,
        module: &[String],
        path: &[String],
        steps: usize,
    ) -> Option<(&PathBuf, &String)> {
        let (first, rest) = path.split_first()?;
        let child: Segments = [module, std::slice::from_ref(first)].concat();
        if self.modules.contains_key(&child) {
            return self.down(&child, rest, steps);
        }
        let scope = self.modules.get(module)?;
        if let Some(name) = scope.items.get(first) {
            return Some((&scope.file, name));
        }
        let steps = steps.checked_sub(1)?;
        match scope.imports.get(first) {
            // `pub(crate) use a_macro;` imports a name under itself.
            Some(import) if import[..] == path[..1] => None,
            Some(import) => self.follow(module, &[import, rest].concat(), steps),
            None => scope.globs.iter().find_map(|glob| {
                let path = [glob, path].concat();
                self.follow(module, &path, steps)
            }),
        }
    }
}

/// Longer chains of re-exports than this are loops.
const LONGEST_CHAIN: usize = 16;
