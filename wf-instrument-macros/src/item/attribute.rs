//! An attribute of the annotated item.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, ExprLit, Lit, Meta, Result};

use crate::none_groups::{remove_none_groups, replace_none_groups};
use crate::tokens::{contains_ident, is_punct};

/// `#[path ..]`, or `#![path ..]` within a body; emitted as it was written.
#[derive(Clone)]
pub(crate) struct Attribute {
    pound: TokenTree,
    bracket: Group,
    meta: Meta,
}

impl Attribute {
    /// Removes the attributes at the start of `tokens`: `#[..]`, or with `inner` `#![..]`.
    pub(crate) fn split_off(tokens: &mut Vec<TokenTree>, inner: bool) -> Result<Vec<Self>> {
        let length = if inner { 3 } else { 2 };
        let mut attributes = Vec::new();
        while starts_with_attribute(tokens, inner) {
            let mut first = tokens.drain(..length);
            if let (Some(pound), Some(TokenTree::Group(bracket))) =
                (first.next(), first.next_back())
            {
                attributes.push(Self::parse(pound, bracket)?);
            }
        }
        Ok(attributes)
    }

    fn parse(pound: TokenTree, bracket: Group) -> Result<Self> {
        let meta = syn::parse2(remove_none_groups(bracket.stream()))?;
        Ok(Self {
            pound,
            bracket,
            meta,
        })
    }

    /// Returns `#[..]` of `tokens` at the position of `self`.
    pub(crate) fn with_content(&self, tokens: TokenStream) -> Result<Self> {
        let mut bracket = Group::new(Delimiter::Bracket, tokens);
        bracket.set_span(self.bracket.span());
        Self::parse(self.pound.clone(), bracket)
    }

    /// Returns whether the last segment of its path is `word`.
    pub(crate) fn is_named(&self, word: &str) -> bool {
        let last = self.meta.path().segments.last();
        last.is_some_and(|last| last.ident == word)
    }

    /// Returns whether it is `word`, or `cfg_attr` with `word` somewhere in it.
    pub(crate) fn may_be(&self, word: &str) -> bool {
        let conditional = || self.is_named("cfg_attr") && contains_ident(self.arguments(), word);
        self.is_named(word) || conditional()
    }

    pub(crate) fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Returns the tokens between its parentheses.
    pub(crate) fn arguments(&self) -> TokenStream {
        match (&self.meta, replace_none_groups(self.bracket.stream()).pop()) {
            (Meta::List(_), Some(TokenTree::Group(list))) => list.stream(),
            _ => TokenStream::new(),
        }
    }

    /// Returns the text, if it is a doc comment.
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

fn starts_with_attribute(tokens: &[TokenTree], inner: bool) -> bool {
    let is = |token: Option<&TokenTree>, mark| token.is_some_and(|token| is_punct(token, mark));
    let (marked, bracket) = match inner {
        true => (is(tokens.get(1), '!'), tokens.get(2)),
        false => (true, tokens.get(1)),
    };
    let is_bracket = match bracket {
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Bracket,
        _ => false,
    };
    is(tokens.first(), '#') && marked && is_bracket
}
