//! Expressions among the arguments of a macro.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Result};

use crate::args::control_flow::refuse_control_flow;
use crate::none_groups::replace_none_groups;
use crate::tokens::{between, contains_ident, is_braced, runtime_at, span_at};

/// An expression, checked by parsing a copy; emitted token for token as it was written.
#[derive(Clone)]
pub(crate) struct Expression(TokenStream);

impl Expression {
    /// Splits off a block, so that it is evaluated once, before the body.
    ///
    /// Returns a statement that stores the block's value as `name`, and an expression for a
    /// reference to that value; `None` where the expression is not a block.
    pub(crate) fn hoisted(&self, name: &str) -> Option<(TokenStream, Self)> {
        let mut tokens = self.0.clone().into_iter();
        let first = tokens.next()?;
        (is_braced(&first) && tokens.next().is_none()).then(|| {
            let span = span_at(&first);
            let name = Ident::new(name, span);
            let reference = Self(quote_spanned!(span=> &#name));
            (quote!(let #name = #first;), reference)
        })
    }

    /// Returns whether `self` occurs in it.
    pub(crate) fn mentions_self(&self) -> bool {
        contains_ident(self.0.clone(), "self")
    }

    /// Returns the string literal, if the expression is one.
    pub(crate) fn literal(&self) -> Option<LitStr> {
        syn::parse2(self.0.clone()).ok()
    }

    /// Returns the expression as a `&str`; a wrong type is reported at the expression.
    pub(crate) fn as_str(&self) -> TokenStream {
        quote_spanned!(span_at(self)=> ::core::convert::AsRef::<str>::as_ref(&(#self)))
    }

    /// Returns the expression as a number of tokens; a wrong type is reported at the expression.
    pub(crate) fn as_tokens(&self, runtime: &TokenStream) -> TokenStream {
        let (span, runtime) = runtime_at(runtime, self);
        quote_spanned!(span=> #runtime::IntoTokens::into_tokens(#self))
    }
}

impl Parse for Expression {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let begin = input.cursor();
        refuse_control_flow(&input.parse()?)?;
        let tokens = replace_none_groups(between(begin, input.cursor()).collect());
        Ok(Self(tokens.into_iter().collect()))
    }
}

impl ToTokens for Expression {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}
