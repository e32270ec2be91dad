//! An attribute of the annotated item, as it was written.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, ExprLit, Lit, Meta, Result};

use crate::none_groups::{flattened, visible};
use crate::tokens::{contains_ident, is_punct};

/// `#[path ..]`; within a body also `#![path ..]`.
#[derive(Clone)]
pub(crate) struct Attribute {
    pound: TokenTree,
    bracket: Group,
    meta: Meta,
}

impl Attribute {
    /// Takes the attributes in front of `tokens`, which begin with `#[` or, with `inner`, `#![`.
    pub(crate) fn take(tokens: &mut Vec<TokenTree>, inner: bool) -> Result<Vec<Self>> {
        let length = if inner { 3 } else { 2 };
        let mut attributes = Vec::new();
        while stands_first(tokens, inner) {
            let mut own = tokens.drain(..length);
            if let (Some(pound), Some(TokenTree::Group(bracket))) = (own.next(), own.next_back()) {
                attributes.push(Self::read(pound, bracket)?);
            }
        }
        Ok(attributes)
    }

    fn read(pound: TokenTree, bracket: Group) -> Result<Self> {
        let meta = syn::parse2(flattened(bracket.stream()))?;
        Ok(Self {
            pound,
            bracket,
            meta,
        })
    }

    /// `#[..]` of `tokens`, in the place of `self`.
    pub(crate) fn replaced(&self, tokens: TokenStream) -> Result<Self> {
        let mut bracket = Group::new(Delimiter::Bracket, tokens);
        bracket.set_span(self.bracket.span());
        Self::read(self.pound.clone(), bracket)
    }

    /// Whether the last word of its path is `word`.
    pub(crate) fn is(&self, word: &str) -> bool {
        let last = self.meta.path().segments.last();
        last.is_some_and(|last| last.ident == word)
    }

    /// Whether it is `word`, or `cfg_attr` with `word` somewhere in it.
    pub(crate) fn brings(&self, word: &str) -> bool {
        let conditional = || self.is("cfg_attr") && contains_ident(self.arguments(), word);
        self.is(word) || conditional()
    }

    pub(crate) fn meta(&self) -> &Meta {
        &self.meta
    }

    /// What stands between its parentheses, as it was written.
    pub(crate) fn arguments(&self) -> TokenStream {
        match (&self.meta, visible(self.bracket.stream()).pop()) {
            (Meta::List(_), Some(TokenTree::Group(list))) => list.stream(),
            _ => TokenStream::new(),
        }
    }

    /// The text of a line of documentation.
    pub(crate) fn doc(&self) -> Option<String> {
        let Meta::NameValue(meta) = &self.meta else {
            return None;
        };
        match &meta.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) if meta.path.is_ident("doc") => Some(text.value()),
            _ => None,
        }
    }
}

impl ToTokens for Attribute {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.pound.to_tokens(tokens);
        self.bracket.to_tokens(tokens);
    }
}

fn stands_first(tokens: &[TokenTree], inner: bool) -> bool {
    let is = |token: Option<&TokenTree>, mark| token.is_some_and(|token| is_punct(token, mark));
    let (marked, bracket) = match inner {
        true => (is(tokens.get(1), '!'), tokens.get(2)),
        false => (true, tokens.get(1)),
    };
    is(tokens.first(), '#')
        && marked
        && matches!(bracket, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket)
}
