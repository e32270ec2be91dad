//! From plan to code: one file for each kind of measurement.
//!
//! The item keeps everything but its body. Names that the expansion adds start with `__wf_`.

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
use crate::plan::{MeasurementKind, Plan};
use crate::return_type::Returned;
use crate::tokens::span_at;

/// Returns the function with the measurement in its body.
pub(crate) fn expand(plan: &Plan, function: &Function) -> TokenStream {
    let returned = Returned::new(&function.sig, plan.returns);
    let body = inner_block(&function.body);
    let body = closure_types::fix(&function.sig.generics, returned.spelled, &body);
    let measured = match &plan.kind {
        MeasurementKind::Span => span::expand(plan, &returned, &body),
        MeasurementKind::Generation(generation) => {
            generation::expand(plan, generation, &returned, &body)
        }
        MeasurementKind::Frame { target_fps } => {
            frame::expand(plan, target_fps.as_ref(), &returned, &body)
        }
    };
    let Function {
        attrs,
        head,
        inner_attrs,
        body,
        ..
    } = function;
    let setup = &plan.setup;
    // With the span of the original braces, by which the compiler reports unused functions.
    let measured = braced(quote!(#setup #measured), body.span());
    quote!(#(#attrs)* #(#inner_attrs)* #head #measured)
}

/// Returns the body as a block of the expansion.
///
/// Errors are reported where it was written, and the lint of unneeded braces ignores it.
fn inner_block(body: &Group) -> Group {
    braced(body.stream(), span_at(&body))
}

fn braced(tokens: TokenStream, span: Span) -> Group {
    let mut block = Group::new(Delimiter::Brace, tokens);
    block.set_span(span);
    block
}
