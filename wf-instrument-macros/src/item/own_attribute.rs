//! The attributes `#[wf_measure]` and `#[wf_skip]` of a function within a measured block.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::parse::{ParseStream, Parser as _};
use syn::{Result, Token};

use crate::item::attribute::Attribute;
use crate::item::function::Function;

pub(crate) enum OwnAttribute {
    /// `#[wf_skip]`: the function is not measured.
    Skip,
    /// `#[wf_measure(..)]` with these arguments.
    Measure(TokenStream),
    /// Neither: the function is measured as a call.
    Absent,
}

impl Function {
    /// Returns the function's own attribute and marks it as consumed.
    ///
    /// The attribute stays, so that its import remains used, and has no further effect.
    ///
    /// # Errors
    ///
    /// None where the attributes have been parsed before.
    pub(crate) fn consume_own_attribute(&mut self) -> Result<OwnAttribute> {
        let mut own = OwnAttribute::Absent;
        for attr in &mut self.attrs {
            if attr.is_named("wf_skip") {
                own = OwnAttribute::Skip;
            } else if attr.is_named("wf_measure") {
                own = OwnAttribute::Measure(attr.arguments());
                let path = attr.meta().path();
                let consumed = Ident::new(CONSUMED, Span::call_site());
                *attr = attr.with_content(quote!(#path(#consumed)))?;
            }
        }
        Ok(own)
    }

    /// Splits the function at its first `#[cfg_attr(condition, ..)]` that may add `wf_measure` or
    /// `wf_skip`.
    ///
    /// Returns one function for the condition and one for its negation. A macro cannot evaluate the
    /// condition; the compiler keeps one of the two.
    ///
    /// # Errors
    ///
    /// If such an attribute cannot be parsed.
    pub(crate) fn split_by_cfg_attr(&self) -> Result<Option<[Self; 2]>> {
        let Some(i) = self.attrs.iter().position(may_add_ours) else {
            return Ok(None);
        };
        let attr = &self.attrs[i];
        let mut parts = split_at_commas(attr.arguments())?.into_iter();
        let condition = parts.next().unwrap_or_default();
        let mut if_true = vec![attr.with_content(quote!(cfg(#condition)))?];
        for part in parts {
            if_true.push(attr.with_content(part)?);
        }
        let if_false = vec![attr.with_content(quote!(cfg(not(#condition))))?];
        Ok(Some([if_true, if_false].map(|attrs| {
            let mut function = self.clone();
            function.attrs.splice(i..=i, attrs);
            function
        })))
    }
}

/// The argument of an attribute that has been processed.
const CONSUMED: &str = "__wf_measured";

/// Returns whether these are the arguments of an attribute that has been processed.
pub(crate) fn is_consumed(args: &TokenStream) -> bool {
    let mut args = args.clone().into_iter();
    let first = args.next();
    matches!(first, Some(TokenTree::Ident(word)) if word == CONSUMED) && args.next().is_none()
}

fn may_add_ours(attr: &Attribute) -> bool {
    let may_add = |word| attr.may_be(word) && !attr.is_named(word);
    may_add("wf_skip") || may_add("wf_measure")
}

/// Returns the parts of `tokens` between commas.
fn split_at_commas(tokens: TokenStream) -> Result<Vec<TokenStream>> {
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
    use crate::none_groups::replace_none_groups;

    fn function(tokens: TokenStream) -> Function {
        Function::parse(replace_none_groups(tokens)).unwrap()
    }

    #[test]
    fn own_attributes_are_marked_as_consumed() {
        let mut function = function(quote! {
            #[inline]
            #[wf_instrument::wf_measure(ttft, name = "x")]
            fn f() {}
        });
        let Ok(OwnAttribute::Measure(args)) = function.consume_own_attribute() else {
            panic!("it has arguments of its own");
        };
        assert_eq!(args.to_string(), quote!(ttft, name = "x").to_string());
        let left = &function.attrs[1];
        assert!(left.is_named("wf_measure"), "it keeps its path");
        assert!(is_consumed(&left.arguments()));
    }

    #[test]
    fn a_conditional_own_attribute_makes_two_functions() {
        let function = function(quote! {
            #[inline]
            #[cfg_attr(all(a, b), wf_skip, cold)]
            fn f() {}
        });
        let [if_true, if_false] = function.split_by_cfg_attr().unwrap().expect("it has one");
        let expected = quote!(
            #[inline]
            #[cfg(all(a, b))]
            #[wf_skip]
            #[cold]
            fn f() {}
        );
        assert_eq!(if_true.to_token_stream().to_string(), expected.to_string());
        let expected = quote!(
            #[inline]
            #[cfg(not(all(a, b)))]
            fn f() {}
        );
        assert_eq!(if_false.to_token_stream().to_string(), expected.to_string());
        assert!(if_true.split_by_cfg_attr().unwrap().is_none());
    }
}
