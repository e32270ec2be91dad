//! The description of a series that is looked up in the store.

use std::sync::Arc;

use super::error::RegistryError;
use crate::labels::{Label, shown};

/// The identity of a series: its name and its labels, sorted.
pub(crate) type Key = (Arc<str>, Vec<Label>);

/// The name, labels and kind of a series that is looked up.
pub(super) struct Lookup<'a> {
    pub(super) name: &'a str,
    pub(super) help: &'a str,
    pub(super) labels: &'a [(&'a str, &'a str)],
    kind: &'static str,
    /// Looked up by a site in the code, whose names are kept apart from one another.
    pub(super) of_site: bool,
}

impl<'a> Lookup<'a> {
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
    /// If the name stands for another kind.
    pub(super) fn is_a(&self, is: &'static str) -> Result<(), RegistryError> {
        if is == self.kind {
            return Ok(());
        }
        Err(RegistryError::Kind {
            name: self.name.into(),
            is,
            requested: self.kind,
        })
    }

    pub(super) fn key(&self) -> Key {
        let pairs = self.labels.iter();
        let mut labels: Vec<Label> = pairs.map(|&(k, v)| (k.into(), shown(v).into())).collect();
        labels.sort();
        (Arc::from(self.name), labels)
    }
}
