//! The attribute and function-like macros of wf-instrument.

mod args;
mod call;
mod check;
mod expand;
mod fallback;
mod item;
mod measure;
mod metric_name;
mod mistakes;
mod model;
mod returned;
mod slo;
mod suggest;

use proc_macro::TokenStream;

/// Measures a function.
#[proc_macro_attribute]
pub fn wf_measure(args: TokenStream, item: TokenStream) -> TokenStream {
    measure::measure(args.into(), item.into()).into()
}

/// Counts tokens of the generation in scope.
#[proc_macro]
pub fn wf_token(tokens: TokenStream) -> TokenStream {
    call::token(tokens.into()).into()
}

/// Counts.
#[proc_macro]
pub fn wf_count(tokens: TokenStream) -> TokenStream {
    call::count(tokens.into()).into()
}

/// Sets a gauge.
#[proc_macro]
pub fn wf_gauge(tokens: TokenStream) -> TokenStream {
    call::gauge(tokens.into()).into()
}
