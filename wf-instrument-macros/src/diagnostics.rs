//! Every mistake of one invocation, each at its own token, reported in one compile.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use syn::Error;

/// Collects mistakes; [`Mistakes::report`] turns them into `compile_error!` calls.
#[derive(Default)]
pub(crate) struct Mistakes(Option<Error>);

impl Mistakes {
    pub(crate) fn at(&mut self, span: Span, message: impl Display) {
        self.add(Error::new(span, message));
    }

    pub(crate) fn extend(&mut self, mistake: Option<Error>) {
        if let Some(mistake) = mistake {
            self.add(mistake);
        }
    }

    pub(crate) fn add(&mut self, mistake: Error) {
        match &mut self.0 {
            Some(earlier) => earlier.combine(mistake),
            none => *none = Some(mistake),
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn into_error(self) -> Option<Error> {
        self.0
    }

    /// Each message, for tests.
    #[cfg(test)]
    pub(crate) fn messages(self) -> Vec<String> {
        self.0
            .into_iter()
            .flatten()
            .map(|mistake| mistake.to_string())
            .collect()
    }

    pub(crate) fn report(self) -> TokenStream {
        self.0.map(Error::into_compile_error).unwrap_or_default()
    }
}
