//! The types that `impl Fn(&str) -> usize` gives to the closure that the body returns.
//!
//! The compiler takes the types of a closure's parameters from the signature where the closure is
//! what the function itself returns, and not where something around it is.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group};
use quote::quote;
use syn::visit::Visit;
use syn::{
    BoundLifetimes, Expr, Generics, Ident, Lifetime, Macro, TraitBound, Type, TypeParamBound,
};

use super::early_return::is_straight;
use crate::tokens::span_at;

/// `body` with these types fixed within it, where they can be: by a function, which can name no
/// generic parameters but lifetimes of its own.
pub(super) fn known(generics: &Generics, output: Option<&Type>, body: &Group) -> Group {
    let said = output
        .and_then(|output| signature(generics, output))
        .filter(|_| is_straight(body.stream()));
    let Some(signature) = said else {
        return body.clone();
    };
    let lifetimes = lifetimes(&signature);
    let known = quote! {
        fn __wf_known<#(#lifetimes,)* T: #signature>(value: T) -> T {
            value
        }
        __wf_known(#body)
    };
    let mut known = Group::new(Delimiter::Brace, known);
    known.set_span(span_at(body));
    known
}

/// The `Fn` bound of the output, if no name in it could be a generic parameter.
fn signature(generics: &Generics, output: &Type) -> Option<TraitBound> {
    let Type::ImplTrait(output) = output else {
        return None;
    };
    let mut bounds = output.bounds.iter().filter_map(|bound| match bound {
        TypeParamBound::Trait(bound) => Some(bound),
        _ => None,
    });
    let is_call = |name: &str| ["Fn", "FnMut", "FnOnce"].contains(&name);
    let called = bounds.find(|bound| {
        let last = bound.path.segments.last();
        last.is_some_and(|last| is_call(&last.ident.to_string()))
    })?;
    is_known(generics, called).then(|| called.clone())
}

fn is_known(generics: &Generics, signature: &TraitBound) -> bool {
    let mut unknown = Unknown {
        generics,
        found: false,
    };
    unknown.visit_trait_bound(signature);
    !unknown.found
}

/// Looks for a name that may be a generic parameter: of the function, or of a block around it,
/// where by custom it has no lower-case letter.
struct Unknown<'g> {
    generics: &'g Generics,
    found: bool,
}

impl<'a> Visit<'a> for Unknown<'_> {
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

/// The lifetimes that are named in `signature`.
fn lifetimes(signature: &TraitBound) -> BTreeSet<Lifetime> {
    let mut named = Named(BTreeSet::new());
    named.visit_trait_bound(signature);
    named.0
}

struct Named(BTreeSet<Lifetime>);

impl<'a> Visit<'a> for Named {
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

    fn is_said(output: Type, body: TokenStream) -> bool {
        let body = Group::new(Delimiter::Brace, body);
        let generics = parse_quote!(<Item, const N: usize>);
        known(&generics, Some(&output), &body)
            .to_string()
            .contains("__wf_known")
    }

    #[test]
    fn a_closure_is_told_its_parameters_where_that_needs_no_generic_name() {
        let body = quote!(|text| text.len());
        assert!(is_said(parse_quote!(impl Fn(&str) -> usize), body.clone()));
        assert!(is_said(
            parse_quote!(impl Send + std::ops::FnMut(&mut [u8]) + 'a),
            body.clone()
        ));
        assert!(is_said(
            parse_quote!(impl Fn(&Chunk) -> usize),
            body.clone()
        ));
        assert!(!is_said(parse_quote!(impl Fn(&T) -> usize), body.clone()));
        assert!(!is_said(parse_quote!(impl Fn(Item)), body.clone()));
        assert!(!is_said(parse_quote!(impl Fn(&Self)), body.clone()));
        assert!(!is_said(parse_quote!(impl Fn([u8; N])), body.clone()));
        assert!(is_said(
            parse_quote!(impl Fn(&'a str) -> &'a str),
            body.clone()
        ));
        assert!(!is_said(
            parse_quote!(impl for<'a> Fn(&'a str) -> &'a str),
            body.clone()
        ));
        assert!(!is_said(
            parse_quote!(Result<impl Fn(&str), E>),
            body.clone()
        ));
        assert!(!is_said(parse_quote!(impl Iterator<Item = u8>), body));
        assert!(!is_said(
            parse_quote!(impl Fn(&str)),
            quote!(return |text| {})
        ));
    }
}
