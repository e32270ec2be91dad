//! The order of `#[wf_measure]` and attribute macros of other crates: `#[wf_measure]` runs last.
//!
//! Some macros look for a form of the body, as `tracing::instrument` does for
//! `Box::pin(async move { .. })`, and would not find it in a measured function. Where there are
//! others, `#[wf_measure]` therefore moves itself below them and measures their output.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Meta, Token};

use crate::item::function::Function;

/// The arguments of an attribute that has moved itself below all others.
pub(crate) struct Deferred {
    /// The type of the impl block around the function.
    pub(crate) self_type: Option<Ident>,
    pub(crate) args: TokenStream,
}

/// The word in front of the arguments of an attribute that has moved itself.
const DEFERRED: &str = "__wf_last";

impl Deferred {
    /// Parses what [`Deferred::below_others`] wrote; `None` for other arguments.
    pub(crate) fn parse(args: &TokenStream) -> Option<Self> {
        let mut tokens = args.clone().into_iter();
        match [tokens.next()?, tokens.next()?, tokens.next()?] {
            [
                TokenTree::Ident(word),
                TokenTree::Group(self_type),
                TokenTree::Group(args),
            ] if word == DEFERRED => Some(Self {
                self_type: syn::parse2(self_type.stream()).ok(),
                args: args.stream(),
            }),
            _ => None,
        }
    }

    /// Returns `function` with this attribute, found in `runtime`, below its other attributes.
    pub(crate) fn below_others(self, function: &Function, runtime: &TokenStream) -> TokenStream {
        let Self { self_type, args } = self;
        let deferred = Ident::new(DEFERRED, Span::call_site());
        function.with_attribute(&quote!(
            #[#runtime::wf_measure(#deferred (#self_type) (#args))]
        ))
    }
}

/// Returns whether one of the function's attributes may be a macro of another crate.
pub(crate) fn has_foreign_macros(function: &Function) -> bool {
    !function.attrs.iter().all(|attr| is_inert(attr.meta()))
}

/// Returns whether an attribute is not a macro of another crate: it is built in, a tool's or ours.
fn is_inert(meta: &Meta) -> bool {
    let path = meta.path();
    let ours = |word: &Ident| word == "wf_measure" || word == "wf_skip";
    if path.segments.last().is_some_and(|last| ours(&last.ident)) {
        return true;
    }
    match (path.get_ident(), path.segments.first()) {
        (Some(word), _) if word == "cfg_attr" => is_inert_cfg_attr(meta),
        (Some(word), _) => BUILT_IN.iter().any(|known| word == known),
        (None, Some(tool)) => TOOLS.iter().any(|known| tool.ident == known),
        (None, None) => true,
    }
}

/// Returns whether all attributes that a `cfg_attr` may add are inert.
fn is_inert_cfg_attr(meta: &Meta) -> bool {
    let Meta::List(list) = meta else {
        return true;
    };
    let parts = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(list.tokens.clone());
    parts.is_ok_and(|parts| parts.iter().skip(1).all(is_inert))
}

/// Built-in attributes that a function may have:
/// <https://doc.rust-lang.org/reference/attributes.html>.
const BUILT_IN: [&str; 27] = [
    "allow",
    "automatically_derived",
    "bench",
    "cfg",
    "cold",
    "coverage",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "export_name",
    "forbid",
    "ignore",
    "inline",
    "instruction_set",
    "link_section",
    "must_use",
    "no_mangle",
    "no_sanitize",
    "optimize",
    "panic_handler",
    "should_panic",
    "target_feature",
    "test",
    "track_caller",
    "unsafe",
    "warn",
];

const TOOLS: [&str; 5] = ["clippy", "diagnostic", "miri", "rust_analyzer", "rustfmt"];

#[cfg(test)]
mod tests {
    use quote::ToTokens as _;

    use super::*;
    use crate::none_groups::replace_none_groups;

    fn function(attrs: &TokenStream) -> Function {
        Function::parse(replace_none_groups(quote!(#attrs fn f() { 1 }))).unwrap()
    }

    #[test]
    fn foreign_macros_are_distinguished_from_inert_attributes() {
        for inert in [
            quote!(),
            quote!(#[inline] #[doc = "x"] #[unsafe(no_mangle)] #[rustfmt::skip] #[test]),
            quote!(#[wf_instrument::wf_measure(ttft)] #[cfg_attr(x, inline, allow(unused))]),
        ] {
            assert!(!has_foreign_macros(&function(&inert)), "{inert}");
        }
        for other in [
            quote!(#[inline] #[tracing::instrument]),
            quote!(#[instrument(skip(self))]),
            quote!(#[cfg_attr(x, inline, tracing::instrument)]),
        ] {
            assert!(has_foreign_macros(&function(&other)), "{other}");
        }
    }

    #[test]
    fn a_deferred_attribute_is_parsed_back() {
        let function = function(&quote!(#[other]));
        let deferred = Deferred {
            self_type: syn::parse_quote!(Engine),
            args: quote!(ttft, name = "x"),
        };
        let below = Function::parse(replace_none_groups(
            deferred.below_others(&function, &quote!(a::b)),
        ))
        .unwrap();
        assert_eq!(below.attrs.len(), 2);
        assert_eq!(
            below.attrs[1].meta().path().to_token_stream().to_string(),
            "a :: b :: wf_measure"
        );
        let deferred = Deferred::parse(&below.attrs[1].arguments()).expect("it is deferred");
        assert_eq!(deferred.self_type.unwrap(), "Engine");
        assert_eq!(
            deferred.args.to_string(),
            quote!(ttft, name = "x").to_string()
        );
        assert!(Deferred::parse(&quote!(ttft)).is_none());
        assert!(Deferred::parse(&quote!()).is_none());
    }
}
