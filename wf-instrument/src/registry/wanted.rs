//! What is asked of the store.

use std::sync::Arc;

use super::RegistryError;
use super::store::Key;
use crate::labels::{Label, shown};

/// A series that is asked for.
pub(super) struct Wanted<'a> {
    pub(super) name: &'a str,
    pub(super) help: &'a str,
    pub(super) labels: &'a [(&'a str, &'a str)],
    kind: &'static str,
    /// Asked for by a place in the code, whose names are kept apart from one another.
    pub(super) of_site: bool,
}

impl<'a> Wanted<'a> {
    pub(super) const fn new(
        name: &'a str,
        help: &'a str,
        labels: &'a [(&'a str, &'a str)],
        kind: &'static str,
    ) -> Self {
        Self {
            name,
            help,
            labels,
            kind,
            of_site: false,
        }
    }

    pub(super) const fn of_site(mut self) -> Self {
        self.of_site = true;
        self
    }

    /// # Errors
    ///
    /// Where the name is of another kind.
    pub(super) fn is_a(&self, is: &'static str) -> Result<(), RegistryError> {
        if is == self.kind {
            return Ok(());
        }
        Err(RegistryError::Kind {
            name: self.name.into(),
            is,
            wanted: self.kind,
        })
    }

    pub(super) fn key(&self) -> Key {
        let pairs = self.labels.iter();
        let mut labels: Vec<Label> = pairs.map(|&(k, v)| (k.into(), shown(v).into())).collect();
        labels.sort();
        (Arc::from(self.name), labels)
    }
}
