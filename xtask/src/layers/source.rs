//! A crate as written: its modules, what they declare, and every path that they name.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::reader;

/// A path: `["histogram", "layout"]` for a module, `["crate", "site", "Site"]` for what one writes.
pub(super) type Segments = Vec<String>;

#[derive(Default)]
pub(super) struct Source {
    /// By module, the root being the empty path.
    pub(super) scopes: BTreeMap<Segments, Scope>,
    pub(super) mentions: Vec<Mention>,
}

/// What names mean inside one module.
#[derive(Default)]
pub(super) struct Scope {
    /// Modules declared here, and where.
    pub(super) children: BTreeMap<String, Place>,
    /// What `use` brings: the name here, and the path as written.
    pub(super) imported: BTreeMap<String, Segments>,
}

/// A path that a module names.
pub(super) struct Mention {
    pub(super) module: Segments,
    /// As written; an empty first segment stands for a leading `::`.
    pub(super) path: Segments,
    pub(super) place: Place,
}

#[derive(Clone)]
pub(super) struct Place {
    pub(super) file: PathBuf,
    pub(super) line: usize,
}

/// A module in a file of its own, not yet read.
pub(super) struct Child {
    pub(super) module: Segments,
    /// Where its file may be; the first that exists is it.
    pub(super) candidates: Vec<PathBuf>,
}

impl Source {
    /// Reads a crate from its root, following `mod` declarations except into `#[cfg(test)]`.
    ///
    /// `text` gives the content of a file, where there is one.
    ///
    /// # Errors
    /// Where a module has no file, or a file does not parse.
    pub(super) fn read(
        root: &Path,
        text: impl Fn(&Path) -> Option<String>,
    ) -> Result<Self, String> {
        let mut source = Self::default();
        let mut pending = vec![Child {
            module: Vec::new(),
            candidates: vec![root.to_owned()],
        }];
        while let Some(Child { module, candidates }) = pending.pop() {
            let (file, text) = candidates
                .iter()
                .find_map(|file| Some((file, text(file)?)))
                .ok_or_else(|| {
                    format!("module `{}` has none of {candidates:?}", module.join("::"))
                })?;
            pending.extend(source.add(&module, file, &text)?);
        }
        Ok(source)
    }

    /// Reads one file as one module; returns the modules that it declares in files of their own.
    ///
    /// # Errors
    /// Where it does not parse.
    pub(super) fn add(
        &mut self,
        module: &[String],
        file: &Path,
        text: &str,
    ) -> Result<Vec<Child>, String> {
        let parsed = syn::parse_file(text).map_err(|error| {
            format!("{}:{}: {error}", file.display(), error.span().start().line)
        })?;
        Ok(reader::read(self, module, file, &parsed))
    }

    pub(super) fn scope(&mut self, module: &[String]) -> &mut Scope {
        self.scopes.entry(module.to_vec()).or_default()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file.display(), self.line)
    }
}
