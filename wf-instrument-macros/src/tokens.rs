//! Helpers for tokens, and the spans of generated code.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::buffer::Cursor;
use syn::spanned::Spanned;

pub(crate) fn is_punct(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

pub(crate) fn is_ident(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

pub(crate) fn is_braced(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// Returns whether `word` occurs among `tokens` or in a group of them.
pub(crate) fn contains_ident(tokens: TokenStream, word: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == word,
        TokenTree::Group(group) => contains_ident(group.stream(), word),
        _ => false,
    })
}

/// Returns the tokens from one position of a stream to another, groups unopened.
pub(crate) fn between<'a>(mut from: Cursor<'a>, to: Cursor<'a>) -> impl Iterator<Item = TokenTree> {
    std::iter::from_fn(move || {
        let (token, next) = (from < to).then(|| from.token_tree())??;
        from = next;
        Some(token)
    })
}

/// Returns a span for generated code: reported at `tokens`, with the hygiene of the macro.
pub(crate) fn span_at(tokens: &impl Spanned) -> Span {
    Span::call_site().located_at(tokens.span())
}

/// Returns [`span_at`] of `tokens`, and the path `runtime` with this span.
///
/// Where `tokens` break a bound of the runtime's item, the compiler then reports it at `tokens`.
pub(crate) fn runtime_at(runtime: &TokenStream, tokens: &impl Spanned) -> (Span, TokenStream) {
    let span = span_at(tokens);
    (span, respanned(runtime, span))
}

/// Returns `tokens`, which contain no group, with `span`.
pub(crate) fn respanned(tokens: &TokenStream, span: Span) -> TokenStream {
    let respan = |mut token: TokenTree| {
        token.set_span(span);
        token
    };
    tokens.clone().into_iter().map(respan).collect()
}
