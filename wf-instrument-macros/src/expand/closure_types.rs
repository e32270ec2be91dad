//! Parameter types of a returned closure, from a return type such as `impl Fn(&str) -> usize`.
//!
//! The compiler takes them from the signature where the function itself returns the closure, but
//! not where the expansion stands between.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group};
use quote::quote;
use syn::visit::Visit;
use syn::{
    BoundLifetimes, Expr, Generics, Ident, Lifetime, Macro, TraitBound, Type, TypeParamBound,
};

use super::early_return::cannot_return_early;
use crate::tokens::span_at;

/// Returns `body` with its value passed through a function with the `Fn` bound.
///
/// Such a function cannot name generic parameters of the outer one, except lifetimes of its own.
/// Where the bound names others, or the body may return early, the body is unchanged.
pub(super) fn fix(generics: &Generics, output: Option<&Type>, body: &Group) -> Group {
    let bound = output
        .and_then(|output| fn_bound(generics, output))
        .filter(|_| cannot_return_early(body.stream()));
    let Some(bound) = bound else {
        return body.clone();
    };
    let lifetimes = named_lifetimes(&bound);
    let fixed = quote! {
        fn __wf_known<#(#lifetimes,)* T: #bound>(value: T) -> T {
            value
        }
        __wf_known(#body)
    };
    let mut fixed = Group::new(Delimiter::Brace, fixed);
    fixed.set_span(span_at(body));
    fixed
}

/// Returns the `Fn` bound of `output`, if no name in it can be a generic parameter.
fn fn_bound(generics: &Generics, output: &Type) -> Option<TraitBound> {
    let Type::ImplTrait(output) = output else {
        return None;
    };
    let mut bounds = output.bounds.iter().filter_map(|bound| match bound {
        TypeParamBound::Trait(bound) => Some(bound),
        _ => None,
    });
    let is_fn = |name: &str| ["Fn", "FnMut", "FnOnce"].contains(&name);
    let bound = bounds.find(|bound| {
        let last = bound.path.segments.last();
        last.is_some_and(|last| is_fn(&last.ident.to_string()))
    })?;
    (!names_generics(generics, bound)).then(|| bound.clone())
}

fn names_generics(generics: &Generics, bound: &TraitBound) -> bool {
    let mut finder = GenericsFinder {
        generics,
        found: false,
    };
    finder.visit_trait_bound(bound);
    finder.found
}

/// Finds a name that may be a generic parameter of the function or of a block around it.
///
/// By convention, those of a block have no lower-case letter.
struct GenericsFinder<'g> {
    generics: &'g Generics,
    found: bool,
}

impl<'a> Visit<'a> for GenericsFinder<'_> {
    fn visit_ident(&mut self, name: &'a Ident) {
        let mut own = self.generics.type_params().map(|param| &param.ident);
        let spelled = name.to_string();
        let is_type = spelled.contains(char::is_lowercase) && spelled != "Self";
        self.found |= !is_type || own.any(|own| own == name);
    }

    fn visit_lifetime(&mut self, _: &'a Lifetime) {}

    fn visit_bound_lifetimes(&mut self, _: &'a BoundLifetimes) {
        self.found = true;
    }

    fn visit_expr(&mut self, _: &'a Expr) {
        self.found = true;
    }

    fn visit_macro(&mut self, _: &'a Macro) {
        self.found = true;
    }
}

/// Returns the lifetimes that `bound` names.
fn named_lifetimes(bound: &TraitBound) -> BTreeSet<Lifetime> {
    let mut finder = LifetimeFinder(BTreeSet::new());
    finder.visit_trait_bound(bound);
    finder.0
}

struct LifetimeFinder(BTreeSet<Lifetime>);

impl<'a> Visit<'a> for LifetimeFinder {
    fn visit_lifetime(&mut self, lifetime: &'a Lifetime) {
        if lifetime.ident != "_" && lifetime.ident != "static" {
            self.0.insert(lifetime.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use syn::parse_quote;

    use super::*;

    fn is_fixed(output: Type, body: TokenStream) -> bool {
        let body = Group::new(Delimiter::Brace, body);
        let generics = parse_quote!(<Item, const N: usize>);
        fix(&generics, Some(&output), &body)
            .to_string()
            .contains("__wf_known")
    }

    #[test]
    fn parameter_types_are_fixed_unless_a_generic_name_is_needed() {
        let body = quote!(|text| text.len());
        assert!(is_fixed(parse_quote!(impl Fn(&str) -> usize), body.clone()));
        assert!(is_fixed(
            parse_quote!(impl Send + std::ops::FnMut(&mut [u8]) + 'a),
            body.clone()
        ));
        assert!(is_fixed(
            parse_quote!(impl Fn(&Chunk) -> usize),
            body.clone()
        ));
        assert!(!is_fixed(parse_quote!(impl Fn(&T) -> usize), body.clone()));
        assert!(!is_fixed(parse_quote!(impl Fn(Item)), body.clone()));
        assert!(!is_fixed(parse_quote!(impl Fn(&Self)), body.clone()));
        assert!(!is_fixed(parse_quote!(impl Fn([u8; N])), body.clone()));
        assert!(is_fixed(
            parse_quote!(impl Fn(&'a str) -> &'a str),
            body.clone()
        ));
        assert!(!is_fixed(
            parse_quote!(impl for<'a> Fn(&'a str) -> &'a str),
            body.clone()
        ));
        assert!(!is_fixed(
            parse_quote!(Result<impl Fn(&str), E>),
            body.clone()
        ));
        assert!(!is_fixed(parse_quote!(impl Iterator<Item = u8>), body));
        assert!(!is_fixed(
            parse_quote!(impl Fn(&str)),
            quote!(return |text| {})
        ));
    }
}
