//! Control flow that an expression among the arguments must not contain.
//!
//! Arguments are evaluated only in a build with the feature `enabled`. With a `?` or an `.await` in
//! one, the function would return or wait in that build only.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Error, Expr, ExprAsync, ExprClosure, Item, Macro, Result};

/// Refuses an expression that returns from the surrounding function or awaits in it.
///
/// # Errors
///
/// At the first `?`, `.await`, `return`, `yield`, or `break` or `continue` of an outer loop.
pub(crate) fn refuse_control_flow(expr: &Expr) -> Result<()> {
    let mut finder = Finder::default();
    finder.visit_expr(expr);
    match finder.found {
        None => Ok(()),
        Some((span, what)) => Err(Error::new(
            span,
            format!(
                "`{what}` is not allowed in an argument: arguments are evaluated only in builds \
                 that measure, so the builds would behave differently; use a value without \
                 `{what}`, or measure an inner function that receives the value"
            ),
        )),
    }
}

/// Finds the first such token. Closures, async blocks and items have control flow of their own.
#[derive(Default)]
struct Finder {
    loops: usize,
    found: Option<(Span, &'static str)>,
}

impl Finder {
    fn record(&mut self, span: Span, what: &'static str) {
        self.found.get_or_insert((span, what));
    }

    /// Searches the tokens of a macro call, which are not parsed, by their spelling.
    fn search(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Punct(mark) if mark.as_char() == '?' => self.record(mark.span(), "?"),
                TokenTree::Ident(word) if word == "return" => self.record(word.span(), "return"),
                TokenTree::Ident(word) if word == "await" => self.record(word.span(), ".await"),
                TokenTree::Group(group) => self.search(group.stream()),
                _ => {}
            }
        }
    }
}

impl<'a> Visit<'a> for Finder {
    fn visit_expr(&mut self, expr: &'a Expr) {
        let span = expr.span();
        match expr {
            Expr::Try(tried) => self.record(tried.question_token.span(), "?"),
            Expr::Await(awaited) => self.record(awaited.await_token.span(), ".await"),
            Expr::Return(_) => self.record(span, "return"),
            Expr::Yield(_) => self.record(span, "yield"),
            // A label may be that of a block within the expression.
            Expr::Break(left) if self.loops == 0 && left.label.is_none() => {
                self.record(span, "break")
            }
            Expr::Continue(left) if self.loops == 0 && left.label.is_none() => {
                self.record(span, "continue");
            }
            _ => {}
        }
        let is_loop = matches!(expr, Expr::Loop(_) | Expr::While(_) | Expr::ForLoop(_));
        self.loops += usize::from(is_loop);
        visit::visit_expr(self, expr);
        self.loops -= usize::from(is_loop);
    }

    fn visit_macro(&mut self, called: &'a Macro) {
        self.search(called.tokens.clone());
    }

    fn visit_expr_closure(&mut self, _: &'a ExprClosure) {}

    fn visit_expr_async(&mut self, _: &'a ExprAsync) {}

    fn visit_item(&mut self, _: &'a Item) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<()> {
        refuse_control_flow(&syn::parse_str(text).unwrap())
    }

    #[test]
    fn control_flow_out_of_the_argument_is_refused() {
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
    fn control_flow_within_the_argument_is_accepted() {
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
