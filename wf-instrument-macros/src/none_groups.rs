//! None-delimited groups, which `macro_rules!` puts around a fragment such as `$n`.
//!
//! They have the effect of parentheses: `$n * 2` multiplies all of `$n`. The compiler ignores them
//! once a procedural macro has taken apart the stream around them. Streams are therefore emitted
//! whole where possible; elsewhere parentheses replace these groups.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Expr, Type};

use crate::tokens::{is_ident, is_punct};

/// Returns `tokens` with parentheses, where needed, in place of each none-delimited group.
///
/// Groups with other delimiters are kept unopened.
pub(crate) fn replace_none_groups(tokens: TokenStream) -> Vec<TokenTree> {
    let mut tokens = tokens.into_iter().peekable();
    let mut output: Vec<TokenTree> = Vec::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                let fragment = replace_none_groups(group.stream());
                let neighbours = (output.last(), tokens.peek());
                output.extend(parenthesized_fragment(fragment, neighbours, group.span()));
            }
            token => output.push(token),
        }
    }
    output
}

/// Does the same within all groups but braces. The result is for parsing, not for output.
pub(crate) fn replace_none_groups_within(tokens: TokenStream) -> TokenStream {
    let replace = |token| match token {
        TokenTree::Group(group) if group.delimiter() != Delimiter::Brace => delimited(
            group.delimiter(),
            replace_none_groups_within(group.stream()),
            group.span(),
        )
        .into(),
        token => token,
    };
    replace_none_groups(tokens)
        .into_iter()
        .map(replace)
        .collect()
}

/// Returns `tokens` without the delimiters of none-delimited groups, at any depth.
///
/// For attributes, in which operators have no precedence. The result is for parsing, not for
/// output.
pub(crate) fn remove_none_groups(tokens: TokenStream) -> TokenStream {
    let remove = |token| match token {
        TokenTree::Group(group) => {
            let within = remove_none_groups(group.stream());
            match group.delimiter() {
                Delimiter::None => within,
                delimiter => delimited(delimiter, within, group.span()).to_token_stream(),
            }
        }
        token => token.into(),
    };
    tokens.into_iter().flat_map(remove).collect()
}

/// Returns the tokens of a group, in parentheses where one of its neighbours could take a part of
/// them.
fn parenthesized_fragment(
    fragment: Vec<TokenTree>,
    (before, after): (Option<&TokenTree>, Option<&TokenTree>),
    span: Span,
) -> Vec<TokenTree> {
    let tokens: TokenStream = fragment.iter().cloned().collect();
    let is_operand = match fragment.len() {
        0 | 1 => false,
        _ => needs_parentheses(&tokens),
    };
    // `x as $t < y`: the compiler would parse `<` as the start of the type's arguments.
    let compared_cast = before.is_some_and(|token| is_ident(token, "as"))
        && after.is_some_and(|token| is_punct(token, '<'));
    if is_operand || compared_cast {
        // With the macro's hygiene, for the lint of unneeded parentheses not to report them.
        let at = Span::call_site().located_at(span);
        vec![delimited(Delimiter::Parenthesis, tokens, at).into()]
    } else {
        fragment
    }
}

/// Returns whether an operator beside these tokens could bind to a part of them.
///
/// Only expressions, types and patterns may be in parentheses.
fn needs_parentheses(tokens: &TokenStream) -> bool {
    match syn::parse2(tokens.clone()) {
        Ok(Type::Path(_) | Type::Macro(_)) => false,
        Ok(_) => true,
        Err(_) => !matches!(
            syn::parse2(tokens.clone()),
            Ok(Expr::Let(_) | Expr::Macro(_)) | Err(_)
        ),
    }
}

fn delimited(delimiter: Delimiter, tokens: TokenStream, span: Span) -> Group {
    let mut group = Group::new(delimiter, tokens);
    group.set_span(span);
    group
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn none_group(tokens: TokenStream) -> Group {
        Group::new(Delimiter::None, tokens)
    }

    fn check(tokens: TokenStream, expected: TokenStream) {
        let replaced = replace_none_groups(tokens).into_iter().collect();
        assert_eq!(without_spaces(replaced), without_spaces(expected));
    }

    /// Spaces depend on the origin of the tokens.
    fn without_spaces(tokens: TokenStream) -> String {
        tokens.to_string().replace(' ', "")
    }

    #[test]
    fn a_fragment_stays_one_operand() {
        let n = none_group(quote!(1 + 2));
        check(quote!(#n * 2), quote!((1 + 2) * 2));
        check(quote!(-#n), quote!(-(1 + 2)));
        check(quote!(#n.pow(2)), quote!((1 + 2).pow(2)));
        check(quote!(0..#n), quote!(0..(1 + 2)));
        let cast = none_group(quote!(x as u8));
        check(quote!(#cast < y), quote!((x as u8) < y));
        let negative = none_group(quote!(-1));
        check(quote!(#negative.abs()), quote!((-1).abs()));
        let word = none_group(quote!(u8));
        check(quote!(x as #word < y), quote!(x as (u8) < y));
        let twice = none_group(none_group(quote!(1 + 2)).into_token_stream());
        check(quote!(#twice * 2), quote!((1 + 2) * 2));
    }

    #[test]
    fn types_of_several_tokens_stay_types() {
        let bounds = none_group(quote!(dyn A + B));
        check(quote!(&#bounds), quote!(&(dyn A + B)));
        let generic = none_group(quote!(Vec<u8>));
        check(quote!(-> #generic), quote!(-> Vec<u8>));
    }

    #[test]
    fn needless_parentheses_are_not_added() {
        let (empty, vis, name) = (
            none_group(quote!()),
            none_group(quote!(pub(crate))),
            none_group(quote!(x)),
        );
        check(quote!(#empty fn), quote!(fn));
        check(quote!(#vis fn), quote!(pub(crate) fn));
        check(quote!(#name::y), quote!(x::y));
        let item = none_group(quote!(#vis fn f() { x }));
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
    fn groups_within_attributes_are_removed_and_braces_kept() {
        let meta = none_group(quote!(doc = "x"));
        assert_eq!(
            without_spaces(remove_none_groups(quote!(#[#meta]))),
            without_spaces(quote!(#[doc = "x"]))
        );
        let n = none_group(quote!(1 + 2));
        let replaced = replace_none_groups_within(quote!([u8; #n * 2] { #n }));
        assert_eq!(
            without_spaces(replaced),
            without_spaces(quote!([u8; (1 + 2) * 2] { #n }))
        );
    }
}
