//! An expression of the author's among the arguments, as it was written.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::buffer::Cursor;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, LitStr, Result};

use crate::invisible::visible;

/// An expression that was understood as one, to be emitted token for token.
#[derive(Clone)]
pub(crate) struct Code(TokenStream);

impl Code {
    /// The text, where the expression is nothing but a string literal.
    pub(crate) fn literal(&self) -> Option<LitStr> {
        syn::parse2(self.0.clone()).ok()
    }
}

impl Parse for Code {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let begin = input.cursor();
        input.parse::<Expr>()?;
        let tokens = visible(between(begin, input.cursor()).collect());
        Ok(Self(tokens.into_iter().collect()))
    }
}

impl ToTokens for Code {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}

/// The tokens from one place of a stream to another, with groups as they are.
pub(crate) fn between<'a>(mut from: Cursor<'a>, to: Cursor<'a>) -> impl Iterator<Item = TokenTree> {
    std::iter::from_fn(move || {
        let (token, next) = (from < to).then(|| from.token_tree())??;
        from = next;
        Some(token)
    })
}
