//! The arguments behind a metric's name: a value, and labels.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::parse::ParseStream;
use syn::{Result, Token, token};

use crate::args::expression::Code;
use crate::args::labels::{Label, labels};
use crate::diagnostics::Mistakes;
use crate::expand::text;
use crate::names;

/// `, value, labels(key = expr, ..)`, each of which may be missing.
#[derive(Default)]
pub(super) struct Rest {
    pub(super) value: Option<Code>,
    pub(super) labels: Vec<Label>,
}

impl Rest {
    /// Reads up to the first token that does not belong here.
    ///
    /// # Errors
    ///
    /// Every mistake in the labels, or the first anywhere else.
    pub(super) fn read(input: ParseStream<'_>) -> Result<Self> {
        let mut rest = Self::default();
        while rest.labels.is_empty() && !input.is_empty() {
            input.parse::<Token![,]>()?;
            if is_labels(input) {
                rest.labels = read_labels(input)?;
                input.parse::<Option<Token![,]>>()?;
            } else if rest.value.is_none() && !input.is_empty() {
                rest.value = Some(input.parse()?);
            } else {
                break;
            }
        }
        Ok(rest)
    }

    /// A method of the site: `verb`, or `verb_with` and the values of the labels.
    pub(super) fn call(&self, verb: &str, argument: &TokenStream) -> TokenStream {
        let values = self.labels.iter().map(|label| text(&label.value));
        let name = |verb: &str| Ident::new(verb, proc_macro2::Span::call_site());
        if self.labels.is_empty() {
            let verb = name(verb);
            quote!(#verb(#argument))
        } else {
            let verb = name(&format!("{verb}_with"));
            quote!(#verb(&[#(#values),*], #argument))
        }
    }

    /// Types the labels where nothing is measured.
    pub(super) fn checked_labels(&self) -> TokenStream {
        let values = self.labels.iter().map(|label| text(&label.value));
        quote!(#(let _: &str = #values;)*)
    }
}

/// A call of a function named `labels` is taken for labels, too.
fn is_labels(input: ParseStream<'_>) -> bool {
    let word = input.fork().parse::<Ident>();
    word.is_ok_and(|word| word == "labels") && input.peek2(token::Paren)
}

fn read_labels(input: ParseStream<'_>) -> Result<Vec<Label>> {
    let word: Ident = input.parse()?;
    let mut mistakes = Mistakes::default();
    let labels = labels(word.span(), input, names::label_mistake, &mut mistakes)?;
    mistakes.into_error().map_or(Ok(labels), Err)
}
