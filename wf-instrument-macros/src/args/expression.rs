//! An expression of the author among the arguments, as it was written.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::buffer::Cursor;
use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Result};

use crate::args::control_flow::stays_within;
use crate::item::none_groups::visible;

/// An expression that was understood as one, to be emitted token for token.
#[derive(Clone)]
pub(crate) struct Code(TokenStream);

impl Code {
    /// Of an expression that is a block: a statement that evaluates it once and keeps the value
    /// under `name`, and an expression for a reference to that value.
    pub(crate) fn made_once(&self, name: &str) -> Option<(TokenStream, Self)> {
        let mut tokens = self.0.clone().into_iter();
        let first = tokens.next()?;
        let is_block =
            matches!(&first, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        (is_block && tokens.next().is_none()).then(|| {
            let at = Span::call_site().located_at(first.span());
            let name = Ident::new(name, at);
            let kept = Self(quote_spanned!(at=> &#name));
            (quote!(let #name = #first;), kept)
        })
    }

    /// Whether `self` stands in it.
    pub(crate) fn mentions_self(&self) -> bool {
        mentions_self(self.0.clone())
    }

    /// The text, where the expression is nothing but a string literal.
    pub(crate) fn literal(&self) -> Option<LitStr> {
        syn::parse2(self.0.clone()).ok()
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

/// Whether `self` stands among `tokens`.
pub(crate) fn mentions_self(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "self",
        TokenTree::Group(group) => mentions_self(group.stream()),
        _ => false,
    })
}

/// The tokens from one place of a stream to another, with groups as they are.
pub(crate) fn between<'a>(mut from: Cursor<'a>, to: Cursor<'a>) -> impl Iterator<Item = TokenTree> {
    std::iter::from_fn(move || {
        let (token, next) = (from < to).then(|| from.token_tree())??;
        from = next;
        Some(token)
    })
}
