//! The annotated function: a parsed copy of its signature, and its tokens as they were written.
//!
//! The body is never parsed: the compiler and the editor receive an unfinished one as it is.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser as _};
use syn::{Error, Result, Signature, Token, Visibility};

use crate::item::attribute::Attribute;
use crate::none_groups::{replace_none_groups, replace_none_groups_within};
use crate::tokens::{is_braced, is_punct};

/// A function with a body.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    /// Visibility, qualifiers and signature.
    pub(crate) head: TokenStream,
    /// A parsed copy of the signature.
    pub(crate) sig: Signature,
    /// The body as it was written.
    original_body: Group,
    /// Attributes at the start of the body, emitted in front of the function.
    pub(crate) inner_attrs: Vec<Attribute>,
    /// The body without these attributes.
    pub(crate) body: Group,
}

impl Function {
    /// Parses the tokens of one item, none of them a none-delimited group.
    ///
    /// # Errors
    ///
    /// If the item is not a function, or has no body.
    pub(crate) fn parse(mut item: Vec<TokenTree>) -> Result<Self> {
        let attrs = Attribute::split_off(&mut item, false)?;
        let body = item.pop_if(|last| is_braced(last));
        let head: TokenStream = item.into_iter().collect();
        let sig = parse_signature.parse2(replace_none_groups_within(head.clone()))?;
        let Some(TokenTree::Group(original_body)) = body else {
            return Err(Error::new_spanned(
                head,
                "this function has no body to measure",
            ));
        };
        let (inner_attrs, body) = split_inner_attributes(&original_body)?;
        Ok(Self {
            attrs,
            head,
            sig,
            original_body,
            inner_attrs,
            body,
        })
    }

    /// Returns the function as it was written, with `attribute` below its other attributes.
    pub(crate) fn with_attribute(&self, attribute: &TokenStream) -> TokenStream {
        let Self {
            attrs,
            head,
            original_body,
            ..
        } = self;
        quote::quote!(#(#attrs)* #attribute #head #original_body)
    }

    /// Returns whether it has, or may have, the attribute `#[track_caller]`.
    pub(crate) fn has_track_caller(&self) -> bool {
        let attrs = self.attrs.iter().chain(&self.inner_attrs);
        attrs.into_iter().any(|attr| attr.may_be("track_caller"))
    }

    /// Returns the first line of the doc comment, or an empty string.
    pub(crate) fn help(&self) -> String {
        let attrs = self.attrs.iter().chain(&self.inner_attrs);
        let lines = attrs.filter_map(Attribute::doc);
        let mut lines = lines.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
        let first = lines.find(|line| !line.trim().is_empty());
        first.map(|line| line.trim().to_owned()).unwrap_or_default()
    }
}

/// Emits the function as it was written.
impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.with_attribute(&TokenStream::new()));
    }
}

/// Parses everything in front of the body.
fn parse_signature(input: ParseStream<'_>) -> Result<Signature> {
    let _: Visibility = input.parse()?;
    if peeks_default(input) {
        input.parse::<Token![default]>()?;
    }
    refuse_other_items(input)?;
    let sig = input.parse()?;
    if input.peek(Token![;]) {
        return Err(input.error(
            "this function has no body to measure: annotate its implementations, or give it a \
             default body",
        ));
    }
    Ok(sig)
}

/// Returns whether the next token is the qualifier of a specialised method.
fn peeks_default(input: ParseStream<'_>) -> bool {
    input.peek(Token![default]) && !input.peek2(Token![!])
}

/// Refuses items other than functions, and names their kind.
fn refuse_other_items(input: ParseStream<'_>) -> Result<()> {
    let kind = if input.peek(Token![trait])
        || input.peek(Token![unsafe]) && input.peek2(Token![trait])
    {
        "a trait"
    } else if input.peek(Token![struct]) || input.peek(Token![enum]) || input.peek(Token![union]) {
        "a type"
    } else if input.peek(Token![const]) && !is_const_fn(input) || input.peek(Token![static]) {
        "a constant or static"
    } else {
        return Ok(());
    };
    Err(input.error(format!(
        "`#[wf_measure]` cannot measure {kind}: write it on a function, an impl block or an inline \
         module"
    )))
}

fn is_const_fn(input: ParseStream<'_>) -> bool {
    input.fork().parse::<Signature>().is_ok()
}

/// Splits off the attributes at the start of the body. A body without any is kept whole.
fn split_inner_attributes(body: &Group) -> Result<(Vec<Attribute>, Group)> {
    let mut start = body.stream().into_iter();
    let mut next_is = |mark| start.next().is_some_and(|token| is_punct(&token, mark));
    if !(next_is('#') && next_is('!')) {
        return Ok((Vec::new(), body.clone()));
    }
    let mut tokens = replace_none_groups(body.stream());
    let inner_attrs = Attribute::split_off(&mut tokens, true)?;
    let mut rest = Group::new(Delimiter::Brace, tokens.into_iter().collect());
    rest.set_span(body.span());
    Ok((inner_attrs, rest))
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn parse(item: TokenStream) -> Result<Function> {
        Function::parse(replace_none_groups(item))
    }

    #[test]
    fn the_first_line_of_the_doc_comment_is_the_help() {
        let function = parse(quote! {
            #[inline]
            #[doc = ""]
            #[doc = " Answers a prompt."]
            #[doc = " At length."]
            pub async unsafe fn f<T: Copy>(x: T) -> T where T: Send { x }
        })
        .unwrap();
        assert_eq!(function.help(), "Answers a prompt.");
    }

    #[test]
    fn an_unfinished_body_is_kept() {
        let function = parse(quote! { fn f() { let x = 1 + ; foo. } }).unwrap();
        assert_eq!(
            function.body.to_string(),
            quote!({ let x = 1 + ; foo. }).to_string()
        );
    }

    #[test]
    fn attributes_inside_the_body_move_in_front() {
        let function = parse(quote! { fn f() { #![allow(unused)] 1; } }).unwrap();
        assert_eq!(function.inner_attrs.len(), 1);
        assert_eq!(
            function.body.to_string(),
            quote!({
                1;
            })
            .to_string()
        );
    }

    #[test]
    fn other_items_are_refused_by_name() {
        for (item, kind) in [
            (
                quote!(
                    trait T {}
                ),
                "a trait",
            ),
            (
                quote!(
                    struct S;
                ),
                "a type",
            ),
            (
                quote!(
                    static S: u8 = 0;
                ),
                "a constant or static",
            ),
            (
                quote!(
                    const S: u8 = 0;
                ),
                "a constant or static",
            ),
        ] {
            let refusal = parse(item).err().unwrap().to_string();
            assert!(refusal.contains(kind), "{refusal}");
        }
        assert!(
            parse(quote!(
                fn f();
            ))
            .is_err()
        );
        assert!(
            parse(quote!(
                const unsafe fn f() {}
            ))
            .is_ok()
        );
    }
}
