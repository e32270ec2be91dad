//! Invisible groups: what `macro_rules!` puts around a fragment, so that `$n * 2` multiplies all of
//! `$n`.
//!
//! The compiler ignores such a group once a procedural macro has taken the stream around it apart.
//! So streams are emitted whole where they can be; where they cannot, visible parentheses stand in
//! for the groups.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Expr, Type};

use crate::tokens::{is_ident, is_punct};

/// `tokens` with no invisible group among them; groups with visible brackets are kept as they are,
/// with all that is in them.
pub(crate) fn visible(tokens: TokenStream) -> Vec<TokenTree> {
    let mut tokens = tokens.into_iter().peekable();
    let mut shown: Vec<TokenTree> = Vec::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                let fragment = visible(group.stream());
                let between = (shown.last(), tokens.peek());
                shown.extend(bracketed(fragment, between, group.span()));
            }
            token => shown.push(token),
        }
    }
    shown
}

/// The same for all that is in `tokens` but in braces. To be read, not to be emitted.
pub(crate) fn visible_within(tokens: TokenStream) -> TokenStream {
    let within = |token| match token {
        TokenTree::Group(group) if group.delimiter() != Delimiter::Brace => enclosed(
            group.delimiter(),
            visible_within(group.stream()),
            group.span(),
        )
        .into(),
        token => token,
    };
    visible(tokens).into_iter().map(within).collect()
}

/// `tokens` with nothing in the place of invisible groups: for attributes, in which nothing binds
/// tighter than anything else. To be read, not to be emitted.
pub(crate) fn flattened(tokens: TokenStream) -> TokenStream {
    let flat = |token| match token {
        TokenTree::Group(group) => {
            let within = flattened(group.stream());
            match group.delimiter() {
                Delimiter::None => within,
                delimiter => enclosed(delimiter, within, group.span()).to_token_stream(),
            }
        }
        token => token.into(),
    };
    tokens.into_iter().flat_map(flat).collect()
}

/// The tokens of a group, in the parentheses that keep them together where they stand `between` two
/// others.
fn bracketed(
    fragment: Vec<TokenTree>,
    (before, after): (Option<&TokenTree>, Option<&TokenTree>),
    span: Span,
) -> Vec<TokenTree> {
    let tokens: TokenStream = fragment.iter().cloned().collect();
    let taken_apart = match fragment.len() {
        0 | 1 => false,
        _ => can_be_taken_apart(&tokens),
    };
    // `x as $t < y`: the compiler would take what follows for the type's arguments.
    let compared_cast = before.is_some_and(|token| is_ident(token, "as"))
        && after.is_some_and(|token| is_punct(token, '<'));
    if taken_apart || compared_cast {
        // Ours, so that they do not count as superfluous.
        let at = Span::call_site().located_at(span);
        vec![enclosed(Delimiter::Parenthesis, tokens, at).into()]
    } else {
        fragment
    }
}

/// Whether an operator beside several tokens could take a part of them only. Parentheses may stand
/// around expressions, types and patterns.
fn can_be_taken_apart(tokens: &TokenStream) -> bool {
    match syn::parse2(tokens.clone()) {
        Ok(Type::Path(_) | Type::Macro(_)) => false,
        Ok(_) => true,
        Err(_) => !matches!(
            syn::parse2(tokens.clone()),
            Ok(Expr::Let(_) | Expr::Macro(_)) | Err(_)
        ),
    }
}

fn enclosed(delimiter: Delimiter, tokens: TokenStream, span: Span) -> Group {
    let mut group = Group::new(delimiter, tokens);
    group.set_span(span);
    group
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn none(tokens: TokenStream) -> Group {
        Group::new(Delimiter::None, tokens)
    }

    fn check(tokens: TokenStream, expected: TokenStream) {
        let shown = visible(tokens).into_iter().collect();
        assert_eq!(spaceless(shown), spaceless(expected));
    }

    /// The spaces depend on what the tokens were made of.
    fn spaceless(tokens: TokenStream) -> String {
        tokens.to_string().replace(' ', "")
    }

    #[test]
    fn what_is_one_operand_stays_one() {
        let n = none(quote!(1 + 2));
        check(quote!(#n * 2), quote!((1 + 2) * 2));
        check(quote!(-#n), quote!(-(1 + 2)));
        check(quote!(#n.pow(2)), quote!((1 + 2).pow(2)));
        check(quote!(0..#n), quote!(0..(1 + 2)));
        let cast = none(quote!(x as u8));
        check(quote!(#cast < y), quote!((x as u8) < y));
        let negative = none(quote!(-1));
        check(quote!(#negative.abs()), quote!((-1).abs()));
        let word = none(quote!(u8));
        check(quote!(x as #word < y), quote!(x as (u8) < y));
        let twice = none(none(quote!(1 + 2)).into_token_stream());
        check(quote!(#twice * 2), quote!((1 + 2) * 2));
    }

    #[test]
    fn types_of_several_tokens_stay_types() {
        let bounds = none(quote!(dyn A + B));
        check(quote!(&#bounds), quote!(&(dyn A + B)));
        let generic = none(quote!(Vec<u8>));
        check(quote!(-> #generic), quote!(-> Vec<u8>));
    }

    #[test]
    fn what_needs_no_brackets_gets_none() {
        let (empty, vis, name) = (none(quote!()), none(quote!(pub(crate))), none(quote!(x)));
        check(quote!(#empty fn), quote!(fn));
        check(quote!(#vis fn), quote!(pub(crate) fn));
        check(quote!(#name::y), quote!(x::y));
        let item = none(quote!(#vis fn f() { x }));
        check(
            quote!(#item),
            quote!(
                pub(crate) fn f() {
                    x
                }
            ),
        );
    }

    #[test]
    fn attributes_are_flattened_and_braces_left_alone() {
        let meta = none(quote!(doc = "x"));
        assert_eq!(
            spaceless(flattened(quote!(#[#meta]))),
            spaceless(quote!(#[doc = "x"]))
        );
        let n = none(quote!(1 + 2));
        let shown = visible_within(quote!([u8; #n * 2] { #n }));
        assert_eq!(
            spaceless(shown),
            spaceless(quote!([u8; (1 + 2) * 2] { #n }))
        );
    }
}
