//! The annotated function: its signature understood, its body left as the tokens it was written in.
//!
//! The body is never parsed, so a half-typed one reaches the compiler (and the editor) as it is.

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{
    AttrStyle, Attribute, Error, Expr, ExprLit, Lit, Meta, Result, Signature, Token, Visibility,
};

/// A function with a body.
pub(crate) struct Function {
    /// Those inside the body's brace as well, moved in front.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    /// Empty, or the `default` of a specialised method.
    pub(crate) defaultness: Option<Token![default]>,
    pub(crate) sig: Signature,
    pub(crate) body: Group,
}

impl Function {
    /// The first line of the doc comment; empty where there is none.
    pub(crate) fn help(&self) -> String {
        let lines = self.attrs.iter().filter_map(doc_line);
        let mut lines = lines.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
        let first = lines.find(|line| !line.trim().is_empty());
        first.map(|line| line.trim().to_owned()).unwrap_or_default()
    }
}

/// As it was written, but that attributes within the body stand before it.
impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            attrs,
            vis,
            defaultness,
            sig,
            body,
        } = self;
        tokens.extend(quote::quote!(#(#attrs)* #vis #defaultness #sig #body));
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut attrs = Attribute::parse_outer(input)?;
        let vis = input.parse()?;
        let defaultness = parse_default(input)?;
        refuse_other_items(input)?;
        let sig: Signature = input.parse()?;
        if input.peek(Token![;]) {
            return Err(input.error(
                "there is no body to measure here; annotate the implementations, or give the method a default body",
            ));
        }
        let body = parse_body(input, &mut attrs)?;
        Ok(Self {
            attrs,
            vis,
            defaultness,
            sig,
            body,
        })
    }
}

fn parse_default(input: ParseStream<'_>) -> Result<Option<Token![default]>> {
    let stands_there = input.peek(Token![default]) && !input.peek2(Token![!]);
    stands_there.then(|| input.parse()).transpose()
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

fn parse_body(input: ParseStream<'_>, attrs: &mut Vec<Attribute>) -> Result<Group> {
    let body: Group = input
        .parse()
        .map_err(|mistake| Error::new(mistake.span(), "expected the function's body"))?;
    let split =
        |content: ParseStream<'_>| Ok((content.call(Attribute::parse_inner)?, content.parse()?));
    let (inner, rest): (Vec<Attribute>, TokenStream) =
        syn::parse::Parser::parse2(split, body.stream())?;
    attrs.extend(inner.into_iter().map(outward));
    let mut rest = Group::new(Delimiter::Brace, rest);
    rest.set_span(body.span());
    Ok(rest)
}

fn outward(attr: Attribute) -> Attribute {
    Attribute {
        style: AttrStyle::Outer,
        ..attr
    }
}

fn doc_line(attr: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attr.meta else {
        return None;
    };
    match &meta.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) if meta.path.is_ident("doc") => Some(text.value()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn the_first_line_of_the_doc_comment_is_the_help() {
        let function: Function = syn::parse2(quote! {
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
        let function: Function = syn::parse2(quote! { fn f() { let x = 1 + ; foo. } }).unwrap();
        assert_eq!(
            function.body.to_string(),
            quote!({ let x = 1 + ; foo. }).to_string()
        );
    }

    #[test]
    fn attributes_inside_the_body_move_in_front() {
        let function: Function = syn::parse2(quote! { fn f() { #![allow(unused)] 1; } }).unwrap();
        assert_eq!(function.attrs.len(), 1);
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
            let refusal = syn::parse2::<Function>(item).err().unwrap().to_string();
            assert!(refusal.contains(kind), "{refusal}");
        }
        assert!(
            syn::parse2::<Function>(quote!(
                fn f();
            ))
            .is_err()
        );
        assert!(
            syn::parse2::<Function>(quote!(
                const unsafe fn f() {}
            ))
            .is_ok()
        );
    }
}
