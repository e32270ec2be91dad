//! An expression of the author among the arguments, as it was written.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Result};

use crate::args::control_flow::stays_within;
use crate::none_groups::visible;
use crate::tokens::{between, contains_ident, is_braced, runtime_at, span_at};

/// An expression that was understood as one, to be emitted token for token.
#[derive(Clone)]
pub(crate) struct Code(TokenStream);

impl Code {
    /// Of an expression that is a block: a statement that evaluates it once and keeps the value
    /// under `name`, and an expression for a reference to that value.
    pub(crate) fn made_once(&self, name: &str) -> Option<(TokenStream, Self)> {
        let mut tokens = self.0.clone().into_iter();
        let first = tokens.next()?;
        (is_braced(&first) && tokens.next().is_none()).then(|| {
            let at = span_at(&first);
            let name = Ident::new(name, at);
            let kept = Self(quote_spanned!(at=> &#name));
            (quote!(let #name = #first;), kept)
        })
    }

    /// Whether `self` stands in it.
    pub(crate) fn mentions_self(&self) -> bool {
        contains_ident(self.0.clone(), "self")
    }

    /// The text, where the expression is nothing but a string literal.
    pub(crate) fn literal(&self) -> Option<LitStr> {
        syn::parse2(self.0.clone()).ok()
    }

    /// The expression as a `&str`; a mistaken type is reported at it.
    pub(crate) fn as_str(&self) -> TokenStream {
        quote_spanned!(span_at(self)=> ::core::convert::AsRef::<str>::as_ref(&(#self)))
    }

    /// The expression as a number of tokens; a mistaken type is reported at it.
    pub(crate) fn as_tokens(&self, runtime: &TokenStream) -> TokenStream {
        let (at, runtime) = runtime_at(runtime, self);
        quote_spanned!(at=> #runtime::IntoTokens::into_tokens(#self))
    }
}

impl Parse for Code {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let begin = input.cursor();
        stays_within(&input.parse()?)?;
        let tokens = visible(between(begin, input.cursor()).collect());
        Ok(Self(tokens.into_iter().collect()))
    }
}

impl ToTokens for Code {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}
