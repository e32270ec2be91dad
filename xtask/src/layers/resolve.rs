//! Where a path leads, through `use` and re-exports to the module that holds the item.

use super::source::{Scope, Segments, Source};

#[derive(Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Target {
    /// A module of this crate.
    Inside(Segments),
    /// Another crate, or a name that no `use` or `mod` brings.
    Outside(Segments),
}

impl Source {
    /// Follows a path as `module` writes it.
    ///
    /// `this_crate` is the name by which the crate knows itself, as macros and doctests do.
    pub(super) fn resolve(&self, module: &[String], path: &[String], this_crate: &str) -> Target {
        let resolver = Resolver {
            source: self,
            origin: module,
            this_crate,
        };
        resolver.follow(module, path, LONGEST_CHAIN)
    }
}

struct Resolver<'a> {
    source: &'a Source,
    /// The module that writes the path.
    origin: &'a [String],
    this_crate: &'a str,
}

impl Resolver<'_> {
    fn follow(&self, module: &[String], path: &[String], steps: usize) -> Target {
        let Some((first, rest)) = path.split_first() else {
            return Target::Inside(module.to_vec());
        };
        match first.as_str() {
            "" => Target::Outside(rest.to_vec()),
            "crate" => self.down(&[], rest, steps),
            "self" => self.down(module, rest, steps),
            "super" => self.above(module, rest, steps),
            _ if self.knows(module, first) => self.down(module, path, steps),
            name if name == self.this_crate => self.down(&[], rest, steps),
            _ => Target::Outside(path.to_vec()),
        }
    }

    /// `super` may be followed by more of the same.
    fn above(&self, module: &[String], rest: &[String], steps: usize) -> Target {
        let parent = &module[..module.len().saturating_sub(1)];
        match rest.first() {
            Some(next) if next == "super" => self.above(parent, &rest[1..], steps),
            _ => self.down(parent, rest, steps),
        }
    }

    /// Into child modules, and along `use` where the next name is an imported one.
    fn down(&self, module: &[String], path: &[String], steps: usize) -> Target {
        let here = || Target::Inside(module.to_vec());
        let (Some((first, rest)), Some(scope)) = (path.split_first(), self.scope(module)) else {
            return here();
        };
        if scope.children.contains_key(first) {
            return self.down(&[module, std::slice::from_ref(first)].concat(), rest, steps);
        }
        match scope.imported.get(first) {
            // `pub(crate) use a_macro;` brings a name in under itself.
            Some(imported) if steps > 0 && imported[..] != path[..1] => {
                match self.follow(module, &[imported, rest].concat(), steps - 1) {
                    // What another module fetches from outside, it answers for.
                    Target::Outside(_) if module != self.origin => here(),
                    target => target,
                }
            }
            _ => here(),
        }
    }

    fn knows(&self, module: &[String], name: &str) -> bool {
        self.scope(module).is_some_and(|scope| {
            scope.children.contains_key(name) || scope.imported.contains_key(name)
        })
    }

    fn scope(&self, module: &[String]) -> Option<&Scope> {
        self.source.scopes.get(module)
    }
}

/// Longer chains of re-exports than this are loops.
const LONGEST_CHAIN: usize = 16;
