//! The function's body as something that can be run within a measurement, with its types as sure as they were.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::visit_mut::{VisitMut, visit_type_mut};
use syn::{Path, Type, parse_quote};

use super::early_return::is_straight;
use crate::plan::Model;
use crate::return_type::syntax::Owner;

/// `move || -> T { body }`: `?` and `return` stay inside, and what is returned is coerced to `T` as it was.
pub(super) fn closure(output: Option<&Type>, body: &Group) -> TokenStream {
    let output = annotation(output);
    quote!(move || -> #output #body)
}

/// `async move { body }`, which returns the output of the async function that it was the body of.
pub(super) fn future(output: Option<&Type>, body: &Group) -> TokenStream {
    let pin = pin_output(output);
    quote!(async move { #pin #body })
}

/// An expression for what the body returns.
pub(super) fn returned_by(model: &Model, output: Option<&Type>, body: &Group) -> TokenStream {
    in_place(model, output, &TokenStream::new(), body).unwrap_or_else(|| {
        let runtime = &model.runtime;
        let work = closure(output, body);
        quote!(#runtime::call(#work))
    })
}

/// The same with the generation in scope, by `enter`, its method.
pub(super) fn returned_within(
    model: &Model,
    output: Option<&Type>,
    enter: &str,
    body: &Group,
) -> TokenStream {
    let scope = format_ident!("{enter}_scope");
    let scope = quote!(let __wf_scope = __wf_generation.#scope(););
    in_place(model, output, &scope, body).unwrap_or_else(|| {
        let enter = format_ident!("{enter}");
        let work = closure(output, body);
        quote!(__wf_generation.#enter(#work))
    })
}

/// The body as a part of the function, for one with `#[track_caller]`: in a closure its caller
/// would be the closure's. `None` where it is not needed, or the body may return early.
fn in_place(
    model: &Model,
    output: Option<&Type>,
    scope: &TokenStream,
    body: &Group,
) -> Option<TokenStream> {
    (model.tracked && is_straight(body.stream())).then(|| {
        let output = annotation(output);
        quote!({ #scope let __wf_output: #output = #body; __wf_output })
    })
}

/// The future that the function returns, without its box, where the body shows it: for a box that
/// `owner` stands for.
pub(super) fn made_future(owner: Owner, body: &Group) -> Option<TokenStream> {
    (owner == Owner::PinBox)
        .then(|| unboxed_future(body))
        .flatten()
}

/// The future in a body that is `Box::pin(async move { .. })` and nothing else, as `#[async_trait]` makes it; of any other body, `None`.
///
/// Boxed again around the measurement it costs one allocation, as before.
fn unboxed_future(body: &Group) -> Option<TokenStream> {
    let mut callee: Vec<TokenTree> = body.stream().into_iter().collect();
    let argument = group(callee.pop()?, Delimiter::Parenthesis)?;
    let path: Path = syn::parse2(callee.into_iter().collect()).ok()?;
    let names = path.segments.iter().rev().map(|segment| &segment.ident);
    let is_box_pin = names.take(2).eq(["pin", "Box"]);
    (is_box_pin && is_async_block(argument.stream())).then(|| argument.stream())
}

fn is_async_block(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter();
    let mut word = |word| matches!(tokens.next(), Some(TokenTree::Ident(ident)) if ident == word);
    let begins = word("async") && word("move");
    let block = tokens
        .next()
        .and_then(|token| group(token, Delimiter::Brace));
    begins && block.is_some() && tokens.next().is_none()
}

fn group(token: TokenTree, delimiter: Delimiter) -> Option<Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == delimiter => Some(group),
        _ => None,
    }
}

/// Fixes the output of an async block, as `return` and the last expression are then checked against it.
fn pin_output(output: Option<&Type>) -> TokenStream {
    let output = annotation(output);
    quote! {
        if let ::core::option::Option::Some(__wf_output) = ::core::option::Option::None::<#output> {
            return __wf_output;
        }
    }
}

/// The type, with each `impl Trait` left to inference.
pub(super) fn annotation(output: Option<&Type>) -> Type {
    let mut output = output.cloned().unwrap_or_else(|| parse_quote!(()));
    EraseImplTrait.visit_type_mut(&mut output);
    output
}

struct EraseImplTrait;

impl VisitMut for EraseImplTrait {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if matches!(ty, Type::ImplTrait(_)) {
            *ty = parse_quote!(_);
        } else {
            visit_type_mut(self, ty);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(tokens: TokenStream) -> Group {
        syn::parse2(tokens).unwrap()
    }

    #[test]
    fn only_a_body_that_is_nothing_but_a_boxed_block_is_unboxed() {
        for whole in [
            quote!({ Box::pin(async move { 1 }) }),
            quote!({
                ::std::boxed::Box::pin(async move {
                    return 1;
                })
            }),
        ] {
            assert!(unboxed_future(&body(whole.clone())).is_some(), "{whole}");
        }
        for part in [
            quote!({}),
            quote!({ f() }),
            quote!({ Box::pin(inner()) }),
            quote!({ Box::pin(async {}) }),
            quote!({ Box::pin(async move {}.map(f)) }),
            quote!({ Box::new(async move {}) }),
            quote!({
                let x = 1;
                Box::pin(async move { x })
            }),
            quote!({
                if x {
                    return Box::pin(async move {});
                }
                Box::pin(async move {})
            }),
        ] {
            assert!(unboxed_future(&body(part.clone())).is_none(), "{part}");
        }
    }

    #[test]
    fn impl_trait_is_left_to_inference_wherever_it_stands() {
        let ty: Type = parse_quote!(Result<(impl Copy, Vec<impl Copy>), E>);
        let erased: Type = parse_quote!(Result<(_, Vec<_>), E>);
        assert_eq!(annotation(Some(&ty)), erased);
    }
}
