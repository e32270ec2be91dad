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

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

pub(crate) use crate::site::declare;

use crate::args::expression::Code;
use crate::args::labels::Label;
use crate::item::function::Function;
use crate::plan::{Kind, Model};
use crate::return_type::Returned;

/// The call of a site that begins a measurement, with the values of its labels where it has any.
fn entered(verb: &str, labels: &[Label]) -> TokenStream {
    let verb = match labels {
        [] => verb.to_owned(),
        _ => format!("{verb}_with"),
    };
    let verb = Ident::new(&verb, Span::call_site());
    let values = labels.iter().map(|label| text(&label.value));
    match labels {
        [] => quote!(#verb()),
        _ => quote!(#verb(&[#(#values),*])),
    }
}

/// `expr` as a `&str`; a mistaken type is reported at `expr`.
pub(crate) fn text(expr: &Code) -> TokenStream {
    quote_spanned!(at(expr)=> ::core::convert::AsRef::<str>::as_ref(&(#expr)))
}

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
    braced(body.stream(), at(&body))
}

/// The braces around all keep the span of the body's, by which the compiler knows the function as its author's (and says if nobody calls it).
fn braced(tokens: TokenStream, span: Span) -> Group {
    let mut block = Group::new(Delimiter::Brace, tokens);
    block.set_span(span);
    block
}

/// `expr` as a number of tokens; a mistaken type is reported at `expr`.
pub(crate) fn number(runtime: &TokenStream, expr: &Code) -> TokenStream {
    let (at, runtime) = placed(runtime, expr);
    quote_spanned!(at=> #runtime::IntoTokens::into_tokens(#expr))
}

/// The place of `tokens` in the source, for code that is not its author's.
pub(crate) fn at(tokens: &impl Spanned) -> Span {
    Span::call_site().located_at(tokens.span())
}

/// The place of `tokens`, and the runtime's path as if it were written there: a type that does not fit is then reported there too.
pub(crate) fn placed(runtime: &TokenStream, tokens: &impl Spanned) -> (Span, TokenStream) {
    let at = at(tokens);
    (at, moved(at, runtime))
}

/// `tokens`, none of them in a group, as if they were written at that place.
fn moved(at: Span, tokens: &TokenStream) -> TokenStream {
    let place = |mut token: TokenTree| {
        token.set_span(at);
        token
    };
    tokens.clone().into_iter().map(place).collect()
}
