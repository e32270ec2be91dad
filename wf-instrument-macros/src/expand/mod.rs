//! From model to code: one file for each kind of measurement.
//!
//! The item keeps everything that is not its body. Names that expansion adds start with `__wf_`.

mod body;
mod closure_types;
mod early_return;
mod frame;
mod generation;
mod item_source;
mod outcome;
mod span;

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::quote;

use crate::item::function::Function;
use crate::plan::{Kind, Model};
use crate::return_type::Returned;
use crate::tokens::span_at;

/// The function, measuring itself.
pub(crate) fn expand(model: &Model, function: &Function) -> TokenStream {
    let returned = Returned::of(&function.sig, model.returns);
    let body = closure_types::known(
        &function.sig.generics,
        returned.spelled,
        &within(&function.body),
    );
    let measured = match &model.kind {
        Kind::Span => span::expand(model, &returned, &body),
        Kind::Generation(generation) => generation::expand(model, generation, &returned, &body),
        Kind::Frame { target_fps } => frame::expand(model, target_fps.as_ref(), &returned, &body),
    };
    let Function {
        attrs,
        head,
        inner_attrs,
        body,
        ..
    } = function;
    let made = &model.made;
    let measured = braced(quote!(#made #measured), body.span());
    quote!(#(#attrs)* #(#inner_attrs)* #head #measured)
}

/// The body as a block within the expansion: reported where it was written, and its braces not taken for superfluous ones.
fn within(body: &Group) -> Group {
    braced(body.stream(), span_at(&body))
}

/// The braces around all keep the span of the body's, by which the compiler knows the function as its author's (and says if nobody calls it).
fn braced(tokens: TokenStream, span: Span) -> Group {
    let mut block = Group::new(Delimiter::Brace, tokens);
    block.set_span(span);
    block
}
