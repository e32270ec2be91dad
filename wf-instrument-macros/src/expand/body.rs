//! The function's body within a measurement, with the same type inference as before.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::visit_mut::{VisitMut, visit_type_mut};
use syn::{Path, Type, parse_quote};

use super::early_return::cannot_return_early;
use crate::plan::Plan;
use crate::return_type::Returned;
use crate::return_type::syntax::Wrapper;

/// Returns `move || -> T { body }`, in which `?`, `return` and coercions to `T` work as before.
pub(super) fn closure(output: Option<&Type>, body: &Group) -> TokenStream {
    let output = inferable_type(output);
    quote!(move || -> #output #body)
}

/// Returns `async move { body }` with the output type of the async function.
pub(super) fn future(output: Option<&Type>, body: &Group) -> TokenStream {
    let fixed = fix_output_type(output);
    quote!(async move { #fixed #body })
}

/// Returns an expression that runs the body.
pub(super) fn run(plan: &Plan, output: Option<&Type>, body: &Group) -> TokenStream {
    without_closure(plan, output, &TokenStream::new(), body).unwrap_or_else(|| {
        let runtime = &plan.runtime;
        let work = closure(output, body);
        quote!(#runtime::call(#work))
    })
}

/// Returns an expression that runs the body with the generation in scope.
///
/// `enter` is the generation's method that sets the scope.
pub(super) fn run_in_scope(
    plan: &Plan,
    output: Option<&Type>,
    enter: &str,
    body: &Group,
) -> TokenStream {
    let scope = format_ident!("{enter}_scope");
    let scope = quote!(let __wf_scope = __wf_generation.#scope(););
    without_closure(plan, output, &scope, body).unwrap_or_else(|| {
        let enter = format_ident!("{enter}");
        let work = closure(output, body);
        quote!(__wf_generation.#enter(#work))
    })
}

/// Returns the body as a block, for a function with `#[track_caller]`.
///
/// In a closure, `Location::caller()` would name the call of the closure. `None` where the
/// attribute is absent, or the body may return early.
fn without_closure(
    plan: &Plan,
    output: Option<&Type>,
    scope: &TokenStream,
    body: &Group,
) -> Option<TokenStream> {
    (plan.track_caller && cannot_return_early(body.stream())).then(|| {
        let output = inferable_type(output);
        quote!({ #scope let __wf_output: #output = #body; __wf_output })
    })
}

/// Returns statements that run the body outside of a closure, then `end`, and return the output.
/// `None` where the body may return early, or never returns.
pub(super) fn run_to_end(
    plan: &Plan,
    returned: &Returned<'_>,
    body: &Group,
    end: &TokenStream,
) -> Option<TokenStream> {
    // A variable of the type `!` is not stable.
    let returns = !returned.is_never() && cannot_return_early(body.stream());
    returns.then(|| {
        let runtime = &plan.runtime;
        let output = inferable_type(returned.spelled);
        // Behind a body that only panics, `end` would be reported as unreachable; and to allow that
        // is refused where the user forbids unreachable code.
        quote! {
            let __wf_output: #output = if true #body else { #runtime::unreached() };
            #end
            __wf_output
        }
    })
}

/// Returns the async block in a body that is nothing but a boxed one, for `Pin<Box<dyn Future>>`.
pub(super) fn boxed_async_block(wrapper: Wrapper, body: &Group) -> Option<TokenStream> {
    (wrapper == Wrapper::PinBox)
        .then(|| unboxed_future(body))
        .flatten()
}

/// Returns the block in `{ Box::pin(async move { .. }) }`, the form that `#[async_trait]` makes.
///
/// Measured and boxed again it costs one allocation, as before.
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

/// Returns a statement that fixes the output type of an async block, for coercions to work.
fn fix_output_type(output: Option<&Type>) -> TokenStream {
    let output = inferable_type(output);
    quote! {
        if let ::core::option::Option::Some(__wf_output) = ::core::option::Option::None::<#output> {
            return __wf_output;
        }
    }
}

/// Returns the type with each `impl Trait` left to inference.
pub(super) fn inferable_type(output: Option<&Type>) -> Type {
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
    use quote::ToTokens as _;

    use super::*;

    fn body(tokens: TokenStream) -> Group {
        syn::parse2(tokens).unwrap()
    }

    #[test]
    fn only_a_body_that_is_just_a_boxed_block_is_unboxed() {
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
        let found = inferable_type(Some(&ty)).to_token_stream().to_string();
        assert_eq!(found, erased.to_token_stream().to_string());
    }
}
