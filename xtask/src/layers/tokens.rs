//! The paths in the tokens of a macro, whose grammar only the macro knows.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};

use super::source::Segments;

/// Every `a::b::…` of two segments or more, at any depth, with the place where it starts.
pub(super) fn paths(tokens: TokenStream) -> Vec<(Segments, Span)> {
    let mut paths = Paths::default();
    paths.read(tokens);
    paths.found
}

#[derive(Default)]
struct Paths {
    found: Vec<(Segments, Span)>,
    open: Vec<Ident>,
    /// How many `:` followed the last segment of `open`.
    colons: usize,
}

impl Paths {
    fn read(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => self.colons += 1,
                TokenTree::Ident(ident) => self.segment(ident),
                TokenTree::Group(group) => {
                    self.close();
                    self.read(group.stream());
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => self.close(),
            }
        }
        self.close();
    }

    fn segment(&mut self, ident: Ident) {
        if self.colons != 2 {
            self.close();
        }
        self.colons = 0;
        self.open.push(ident);
    }

    fn close(&mut self) {
        self.colons = 0;
        if let [first, _, ..] = &self.open[..] {
            let segments = self.open.iter().map(Ident::to_string).collect();
            self.found.push((segments, first.span()));
        }
        self.open.clear();
    }
}
