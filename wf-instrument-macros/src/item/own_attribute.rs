//! The measurement that a function within a measured block asks for by its own attributes.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::parse::{ParseStream, Parser as _};
use syn::{Result, Token};

use crate::item::attribute::Attribute;
use crate::item::function::Function;

pub(crate) enum Wish {
    /// `#[wf_skip]`: leave it alone.
    Skip,
    /// `#[wf_measure(..)]` of its own, with these arguments.
    Own(TokenStream),
    /// Nothing: as every other.
    None,
}

impl Function {
    /// Reads the function's own attributes. They stay, so that their imports are used, and no
    /// longer do anything by themselves.
    ///
    /// # Errors
    ///
    /// None for attributes that were read before.
    pub(crate) fn take_wish(&mut self) -> Result<Wish> {
        let mut wish = Wish::None;
        for attr in &mut self.attrs {
            if attr.is("wf_skip") {
                wish = Wish::Skip;
            } else if attr.is("wf_measure") {
                wish = Wish::Own(attr.arguments());
                let path = attr.meta().path();
                let done = Ident::new(MEASURED, Span::call_site());
                *attr = attr.replaced(quote!(#path(#done)))?;
            }
        }
        Ok(wish)
    }

    /// For the first `#[cfg_attr(condition, ..)]` that may bring an attribute of ours: the function
    /// where the condition holds, and where it does not. A macro cannot know which; the compiler
    /// keeps one of them.
    ///
    /// # Errors
    ///
    /// Where such an attribute cannot be read.
    pub(crate) fn by_condition(&self) -> Result<Option<[Self; 2]>> {
        let Some(i) = self.attrs.iter().position(may_bring_ours) else {
            return Ok(None);
        };
        let attr = &self.attrs[i];
        let mut parts = split(attr.arguments())?.into_iter();
        let condition = parts.next().unwrap_or_default();
        let mut holds = vec![attr.replaced(quote!(cfg(#condition)))?];
        for part in parts {
            holds.push(attr.replaced(part)?);
        }
        let holds_not = vec![attr.replaced(quote!(cfg(not(#condition))))?];
        Ok(Some([holds, holds_not].map(|attrs| {
            let mut function = self.clone();
            function.attrs.splice(i..=i, attrs);
            function
        })))
    }
}

/// The argument of an attribute whose work has been done.
const MEASURED: &str = "__wf_measured";

/// Whether these are the arguments of an attribute whose work has been done.
pub(crate) fn is_done(args: &TokenStream) -> bool {
    let mut args = args.clone().into_iter();
    let first = args.next();
    matches!(first, Some(TokenTree::Ident(word)) if word == MEASURED) && args.next().is_none()
}

fn may_bring_ours(attr: &Attribute) -> bool {
    let ours = |word| attr.brings(word) && !attr.is(word);
    ours("wf_skip") || ours("wf_measure")
}

/// The parts of `tokens` between commas.
fn split(tokens: TokenStream) -> Result<Vec<TokenStream>> {
    let part = |input: ParseStream<'_>| {
        let mut part = TokenStream::new();
        while !input.is_empty() && !input.peek(Token![,]) {
            input.parse::<TokenTree>()?.to_tokens(&mut part);
        }
        Ok(part)
    };
    let parts = |input: ParseStream<'_>| input.parse_terminated(part, Token![,]);
    Ok(parts.parse2(tokens)?.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::none_groups::visible;

    fn function(tokens: TokenStream) -> Function {
        Function::read(visible(tokens)).unwrap()
    }

    #[test]
    fn attributes_of_ours_have_done_their_work() {
        let mut function = function(quote! {
            #[inline]
            #[wf_instrument::wf_measure(ttft, name = "x")]
            fn f() {}
        });
        let Ok(Wish::Own(args)) = function.take_wish() else {
            panic!("it has arguments of its own");
        };
        assert_eq!(args.to_string(), quote!(ttft, name = "x").to_string());
        let left = &function.attrs[1];
        assert!(left.is("wf_measure"), "it keeps its path");
        assert!(is_done(&left.arguments()));
    }

    #[test]
    fn a_conditional_attribute_of_ours_makes_two_functions() {
        let function = function(quote! {
            #[inline]
            #[cfg_attr(all(a, b), wf_skip, cold)]
            fn f() {}
        });
        let [holds, holds_not] = function.by_condition().unwrap().expect("it has one");
        let expected = quote!(
            #[inline]
            #[cfg(all(a, b))]
            #[wf_skip]
            #[cold]
            fn f() {}
        );
        assert_eq!(holds.to_token_stream().to_string(), expected.to_string());
        let expected = quote!(
            #[inline]
            #[cfg(not(all(a, b)))]
            fn f() {}
        );
        assert_eq!(
            holds_not.to_token_stream().to_string(),
            expected.to_string()
        );
        assert!(holds.by_condition().unwrap().is_none());
    }
}
