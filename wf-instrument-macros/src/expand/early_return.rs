//! Bodies that return at their end only: what they return can be looked at without a closure around
//! them.

use proc_macro2::{TokenStream, TokenTree};

use crate::tokens::{is_braced, is_ident, is_punct};

/// Whether nothing in `body` can return from the function early; `false` where that is not certain.
pub(super) fn is_straight(body: TokenStream) -> bool {
    let mut tokens = body.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '?' => return false,
            TokenTree::Ident(word) => {
                let is_called =
                    tokens.next_if(|next| is_punct(next, '!')).is_some() && is_group(tokens.peek());
                match word.to_string().as_str() {
                    "return" | "become" | "yield" => return false,
                    // What returns within an async block returns from the block.
                    "async" => {
                        tokens.next_if(|next| is_ident(next, "move"));
                        tokens.next_if(is_braced);
                    }
                    name if is_called && !STRAIGHT_MACROS.contains(&name) => return false,
                    _ => {}
                }
            }
            TokenTree::Group(group) if !is_straight(group.stream()) => return false,
            _ => {}
        }
    }
    true
}

/// Macros that bring no `return` of their own.
const STRAIGHT_MACROS: [&str; 22] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "cfg",
    "concat",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "format",
    "format_args",
    "line",
    "matches",
    "panic",
    "print",
    "println",
    "unreachable",
    "vec",
    "wf_count",
    "wf_gauge",
    "wf_token",
    "write",
    "writeln",
];

fn is_group(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(_)))
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn what_cannot_return_early_is_straight() {
        for straight in [
            quote!(),
            quote!(let x = a != b; if !x { vec![1, x] } else { f(|y| y + 1) }),
            quote!(let n = 1; async move { f()?; return n; }),
            quote!(Box::pin(async { g().await? })),
        ] {
            assert!(is_straight(straight.clone()), "{straight}");
        }
    }

    #[test]
    fn what_may_return_early_is_not() {
        for crooked in [
            quote!(if x { return 1; } 2),
            quote!(f()?),
            quote!({ [g(h()?)] }),
            quote!(bail!("x")),
            quote!(let x = anyhow::ensure!(a, b);),
            quote!(vec![f()?]),
            quote!(async move { 1 }; f()?),
        ] {
            assert!(!is_straight(crooked.clone()), "{crooked}");
        }
    }
}
