//! Bodies that return only at their end, which can be measured without a closure around them.

use proc_macro2::{TokenStream, TokenTree};

use crate::tokens::{is_braced, is_ident, is_punct};

/// Returns whether no token in `body` can return early; `false` where that is not certain.
pub(super) fn cannot_return_early(body: TokenStream) -> bool {
    let mut tokens = body.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '?' => return false,
            TokenTree::Ident(word) => {
                let is_called =
                    tokens.next_if(|next| is_punct(next, '!')).is_some() && is_group(tokens.peek());
                match word.to_string().as_str() {
                    "return" | "become" | "yield" => return false,
                    // `return` within an async block returns from the block.
                    "async" => {
                        tokens.next_if(|next| is_ident(next, "move"));
                        tokens.next_if(is_braced);
                    }
                    name if is_called && !MACROS_WITHOUT_RETURN.contains(&name) => return false,
                    _ => {}
                }
            }
            TokenTree::Group(group) if !cannot_return_early(group.stream()) => return false,
            _ => {}
        }
    }
    true
}

/// Macros that contain no `return` of their own.
const MACROS_WITHOUT_RETURN: [&str; 22] = [
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
    fn bodies_that_return_only_at_their_end_are_found() {
        for body in [
            quote!(),
            quote!(let x = a != b; if !x { vec![1, x] } else { f(|y| y + 1) }),
            quote!(let n = 1; async move { f()?; return n; }),
            quote!(Box::pin(async { g().await? })),
        ] {
            assert!(cannot_return_early(body.clone()), "{body}");
        }
    }

    #[test]
    fn bodies_that_may_return_early_are_found() {
        for body in [
            quote!(if x { return 1; } 2),
            quote!(f()?),
            quote!({ [g(h()?)] }),
            quote!(bail!("x")),
            quote!(let x = anyhow::ensure!(a, b);),
            quote!(vec![f()?]),
            quote!(async move { 1 }; f()?),
        ] {
            assert!(!cannot_return_early(body.clone()), "{body}");
        }
    }
}
