//! Arguments that would leave the function they stand in.
//!
//! An argument is evaluated in a build that measures, and not in one that does not: with a `?` or an
//! `.await` in it, the function would return or wait in one of the two builds only.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Error, Expr, ExprAsync, ExprClosure, Item, Macro, Result};

/// Refuses what leaves the surrounding function, or waits in it.
///
/// # Errors
///
/// At the first `?`, `.await`, `return`, `yield`, or `break` or `continue` of a loop outside `expr`.
pub(crate) fn stays_within(expr: &Expr) -> Result<()> {
    let mut leaving = Leaving::default();
    leaving.visit_expr(expr);
    match leaving.found {
        None => Ok(()),
        Some((at, what)) => Err(Error::new(
            at,
            format!(
                "an argument is evaluated in a build that measures only, so `{what}` would make the builds differ: \
                 decide in the function, before or after, and give the value here"
            ),
        )),
    }
}

/// Finds the first place; what stands in closures, async blocks and items leaves only these.
#[derive(Default)]
struct Leaving {
    loops: usize,
    found: Option<(Span, &'static str)>,
}

impl Leaving {
    fn find(&mut self, at: Span, what: &'static str) {
        self.found.get_or_insert((at, what));
    }

    /// A macro may do anything with its tokens: what leaves is found by how it is spelled.
    fn find_among(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Punct(mark) if mark.as_char() == '?' => self.find(mark.span(), "?"),
                TokenTree::Ident(word) if word == "return" => self.find(word.span(), "return"),
                TokenTree::Ident(word) if word == "await" => self.find(word.span(), ".await"),
                TokenTree::Group(group) => self.find_among(group.stream()),
                _ => {}
            }
        }
    }
}

impl<'a> Visit<'a> for Leaving {
    fn visit_expr(&mut self, expr: &'a Expr) {
        let at = expr.span();
        match expr {
            Expr::Try(tried) => self.find(tried.question_token.span(), "?"),
            Expr::Await(awaited) => self.find(awaited.await_token.span(), ".await"),
            Expr::Return(_) => self.find(at, "return"),
            Expr::Yield(_) => self.find(at, "yield"),
            // A label may be that of a block, which may be left.
            Expr::Break(left) if self.loops == 0 && left.label.is_none() => self.find(at, "break"),
            Expr::Continue(left) if self.loops == 0 && left.label.is_none() => {
                self.find(at, "continue");
            }
            _ => {}
        }
        let is_loop = matches!(expr, Expr::Loop(_) | Expr::While(_) | Expr::ForLoop(_));
        self.loops += usize::from(is_loop);
        visit::visit_expr(self, expr);
        self.loops -= usize::from(is_loop);
    }

    fn visit_macro(&mut self, called: &'a Macro) {
        self.find_among(called.tokens.clone());
    }

    fn visit_expr_closure(&mut self, _: &'a ExprClosure) {}

    fn visit_expr_async(&mut self, _: &'a ExprAsync) {}

    fn visit_item(&mut self, _: &'a Item) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<()> {
        stays_within(&syn::parse_str(text).unwrap())
    }

    #[test]
    fn what_leaves_the_function_is_refused() {
        for text in [
            "n?",
            "name().await",
            "{ let k = n?; move |o| o == k }",
            "if let Some(n) = n { n } else { return 9 }",
            "if i == 2 { continue } else { 1 }",
            "match n { Some(n) => n, None => break }",
            "f(format!(\"{}\", n?))",
            "{ for x in y { g(x?); } 1 }",
            "{ 'a: loop { break 'a; } n? }",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_leaves_only_a_part_of_the_argument_is_not() {
        for text in [
            "|c| { let n = c.first()?; Some(n) }",
            "{ let n = loop { break 3; }; n }",
            "{ for x in y { if x { continue; } } 1 }",
            "(|| { return 1; })()",
            "run(async { step().await? })",
            "'found: { if a { break 'found 1; } 2 }",
            "format!(\"{n:?}\")",
        ] {
            assert!(check(text).is_ok(), "{text}");
        }
    }
}
