//! The attribute and function-like macros of [wf-instrument], which re-exports them.
//!
//! Depend on that crate, not on this one.
//!
//! | macro | measures |
//! |---|---|
//! | [`#[wf_measure]`](macro@wf_measure) | calls: duration and outcome |
//! | [`#[wf_measure(ttft)]`](macro@wf_measure#generations) | generations: TTFT, ITL, TPOT, E2E |
//! | [`#[wf_measure(frame)]`](macro@wf_measure#frames) | frames: duration, late and dropped ones |
//! | [`#[wf_skip]`](macro@wf_skip) | nothing: excludes a function of a measured block |
//! | [`wf_token!`](macro@wf_token) | tokens, where they are generated |
//! | [`wf_frame!`](macro@wf_frame) | frames, where they are shown |
//! | [`wf_count!`](macro@wf_count), [`wf_gauge!`](macro@wf_gauge) | values of the application |
//!
//! Terms of this documentation are defined in the [glossary].
//!
//! # Without the feature `enabled`
//!
//! This feature of wf-instrument is on by default, and set by the final application. It selects the
//! form of each macro that wf-instrument exports. Without it, an annotated item stays exactly as it
//! is and a macro evaluates nothing. The form of arguments is still checked, and of function-like
//! macros also their types.
//!
//! A variable that only an argument of the attribute uses is then unused. Where warnings are
//! errors, write `#[cfg_attr(not(feature = ".."), expect(unused_variables, reason = ".."))]` on the
//! function.
//!
//! # Design
//!
//! Arguments and item → validation → plan → expansion. Each error is reported at its own token, all
//! of them in one compile. The item is emitted even if there are errors, so that no further errors
//! follow from its absence. Bodies are never parsed: an unfinished one reaches the editor. Tokens
//! are emitted as they were written, and copies of them are parsed, so that fragments of
//! `macro_rules!` stay whole.
//!
//! [wf-instrument]: https://docs.rs/wf-instrument
//! [glossary]: https://docs.rs/wf-instrument/latest/wf_instrument/glossary/

mod args;
mod crate_path;
mod diagnostics;
mod expand;
mod function_like;
mod item;
mod measure;
mod names;
mod none_groups;
mod plan;
mod return_type;
mod site;
mod tokens;
mod validate;

use proc_macro::TokenStream;

#[doc = include_str!("docs/wf_measure.md")]
#[proc_macro_attribute]
pub fn wf_measure(args: TokenStream, item: TokenStream) -> TokenStream {
    measure::measure(args.into(), item.into()).into()
}

/// [`#[wf_measure]`](macro@wf_measure) in a build without the feature `enabled`: checks its
/// arguments, and leaves the item as it is.
#[proc_macro_attribute]
pub fn wf_measure_disabled(args: TokenStream, item: TokenStream) -> TokenStream {
    measure::validate_only(args.into(), item.into()).into()
}

#[doc = include_str!("docs/wf_skip.md")]
#[proc_macro_attribute]
pub fn wf_skip(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}

#[doc = include_str!("docs/wf_token.md")]
#[proc_macro]
pub fn wf_token(tokens: TokenStream) -> TokenStream {
    function_like::token(tokens.into()).enabled.into()
}

/// [`wf_token!`](macro@wf_token) in a build without the feature `enabled`: checks its arguments.
#[proc_macro]
pub fn wf_token_disabled(tokens: TokenStream) -> TokenStream {
    function_like::token(tokens.into()).disabled.into()
}

#[doc = include_str!("docs/wf_frame.md")]
#[proc_macro]
pub fn wf_frame(tokens: TokenStream) -> TokenStream {
    function_like::frame(tokens.into()).enabled.into()
}

/// [`wf_frame!`](macro@wf_frame) in a build without the feature `enabled`: checks its arguments.
#[proc_macro]
pub fn wf_frame_disabled(tokens: TokenStream) -> TokenStream {
    function_like::frame(tokens.into()).disabled.into()
}

#[doc = include_str!("docs/wf_count.md")]
#[proc_macro]
pub fn wf_count(tokens: TokenStream) -> TokenStream {
    function_like::count(tokens.into()).enabled.into()
}

/// [`wf_count!`](macro@wf_count) in a build without the feature `enabled`: checks its arguments.
#[proc_macro]
pub fn wf_count_disabled(tokens: TokenStream) -> TokenStream {
    function_like::count(tokens.into()).disabled.into()
}

#[doc = include_str!("docs/wf_gauge.md")]
#[proc_macro]
pub fn wf_gauge(tokens: TokenStream) -> TokenStream {
    function_like::gauge(tokens.into()).enabled.into()
}

/// [`wf_gauge!`](macro@wf_gauge) in a build without the feature `enabled`: checks its arguments.
#[proc_macro]
pub fn wf_gauge_disabled(tokens: TokenStream) -> TokenStream {
    function_like::gauge(tokens.into()).disabled.into()
}

/// The rules for names as a module, for the registry of wf-instrument: it refuses the same names.
#[doc(hidden)]
#[proc_macro]
pub fn name_rules(_: TokenStream) -> TokenStream {
    let module = concat!("mod names {", include_str!("names.rs"), "}");
    module.parse().unwrap_or_default()
}
