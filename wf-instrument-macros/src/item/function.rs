//! The annotated function: its signature understood, all of it kept as the tokens it was written
//! in.
//!
//! The body is never parsed, so a half-typed one reaches the compiler (and the editor) as it is.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser as _};
use syn::{Error, Result, Signature, Token, Visibility};

use crate::item::attribute::Attribute;
use crate::none_groups::{visible, visible_within};
use crate::tokens::{is_braced, is_punct};

/// A function with a body.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    /// Visibility, qualifiers and signature.
    pub(crate) head: TokenStream,
    /// The signature, to be read.
    pub(crate) sig: Signature,
    /// The body's braces and tokens, as they were written.
    written: Group,
    /// Attributes inside the body's brace, to stand in front of the function.
    pub(crate) inner_attrs: Vec<Attribute>,
    /// The body without these attributes.
    pub(crate) body: Group,
}

impl Function {
    /// Reads the tokens of one item, none of which is an invisible group.
    ///
    /// # Errors
    ///
    /// Where the item is something else, or has no body.
    pub(crate) fn read(mut item: Vec<TokenTree>) -> Result<Self> {
        let attrs = Attribute::take(&mut item, false)?;
        let body = item.pop_if(|last| is_braced(last));
        let head: TokenStream = item.into_iter().collect();
        let sig = signature.parse2(visible_within(head.clone()))?;
        let Some(TokenTree::Group(written)) = body else {
            return Err(Error::new_spanned(head, "expected the function's body"));
        };
        let (inner_attrs, body) = split(&written)?;
        Ok(Self {
            attrs,
            head,
            sig,
            written,
            inner_attrs,
            body,
        })
    }

    /// As it was written, with `attribute` below its others.
    pub(crate) fn with(&self, attribute: &TokenStream) -> TokenStream {
        let Self {
            attrs,
            head,
            written,
            ..
        } = self;
        quote::quote!(#(#attrs)* #attribute #head #written)
    }

    /// Whether `#[track_caller]` stands on it, or may.
    pub(crate) fn is_tracked(&self) -> bool {
        let attrs = self.attrs.iter().chain(&self.inner_attrs);
        attrs.into_iter().any(|attr| attr.brings("track_caller"))
    }

    /// The first line of the doc comment; empty where there is none.
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
        tokens.extend(self.with(&TokenStream::new()));
    }
}

/// Everything in front of the body.
fn signature(input: ParseStream<'_>) -> Result<Signature> {
    let _: Visibility = input.parse()?;
    if stands_default(input) {
        input.parse::<Token![default]>()?;
    }
    refuse_other_items(input)?;
    let sig = input.parse()?;
    if input.peek(Token![;]) {
        return Err(input.error(
            "there is no body to measure here; annotate the implementations, or give the method a default body",
        ));
    }
    Ok(sig)
}

/// The qualifier of a specialised method.
fn stands_default(input: ParseStream<'_>) -> bool {
    input.peek(Token![default]) && !input.peek2(Token![!])
}

/// What is neither a function nor one of its qualifiers, named in the reader's terms.
fn refuse_other_items(input: ParseStream<'_>) -> Result<()> {
    let kind = if input.peek(Token![trait])
        || input.peek(Token![unsafe]) && input.peek2(Token![trait])
    {
        "a trait"
    } else if input.peek(Token![struct]) || input.peek(Token![enum]) || input.peek(Token![union]) {
        "a type"
    } else if input.peek(Token![const]) && !is_const_fn(input) || input.peek(Token![static]) {
        "a value"
    } else {
        return Ok(());
    };
    Err(input.error(format!(
        "`#[wf_measure]` measures functions, and this is {kind}; write it on a function, an impl block or an inline module"
    )))
}

fn is_const_fn(input: ParseStream<'_>) -> bool {
    input.fork().parse::<Signature>().is_ok()
}

/// The body without the attributes at its beginning, whose stream is taken apart only where there
/// are some.
fn split(written: &Group) -> Result<(Vec<Attribute>, Group)> {
    let mut start = written.stream().into_iter();
    let mut next_is = |mark| start.next().is_some_and(|token| is_punct(&token, mark));
    if !(next_is('#') && next_is('!')) {
        return Ok((Vec::new(), written.clone()));
    }
    let mut tokens = visible(written.stream());
    let inner_attrs = Attribute::take(&mut tokens, true)?;
    let mut body = Group::new(Delimiter::Brace, tokens.into_iter().collect());
    body.set_span(written.span());
    Ok((inner_attrs, body))
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn read(item: TokenStream) -> Result<Function> {
        Function::read(visible(item))
    }

    #[test]
    fn the_first_line_of_the_doc_comment_is_the_help() {
        let function = read(quote! {
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
    fn a_half_typed_body_is_kept() {
        let function = read(quote! { fn f() { let x = 1 + ; foo. } }).unwrap();
        assert_eq!(
            function.body.to_string(),
            quote!({ let x = 1 + ; foo. }).to_string()
        );
    }

    #[test]
    fn attributes_inside_the_body_move_in_front() {
        let function = read(quote! { fn f() { #![allow(unused)] 1; } }).unwrap();
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
                "a value",
            ),
            (
                quote!(
                    const S: u8 = 0;
                ),
                "a value",
            ),
        ] {
            let refusal = read(item).err().unwrap().to_string();
            assert!(refusal.contains(kind), "{refusal}");
        }
        assert!(
            read(quote!(
                fn f();
            ))
            .is_err()
        );
        assert!(
            read(quote!(
                const unsafe fn f() {}
            ))
            .is_ok()
        );
    }
}
