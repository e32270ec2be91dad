//! Validation: arguments that contradict each other, and functions that cannot be measured as
//! requested.

use syn::spanned::Spanned as _;
use syn::visit::Visit;
use syn::{AssocType, Ident, Lifetime, ReceiverKind, ReturnType, TypeReference};

use crate::args::Args;
use crate::crate_path;
use crate::diagnostics::Diagnostics;
use crate::item::function::Function;
use crate::return_type::{CallKind, Declared, Returned};
use crate::tokens::contains_ident;

/// Arguments that need `ttft`.
const OF_GENERATIONS: [&str; 6] = [
    "model",
    "tokens",
    "last",
    "prompt_tokens",
    "queued_at",
    "slo",
];

/// Arguments that decide the outcome.
const OF_OUTCOMES: [&str; 2] = ["ok_if", "error_if"];

/// Validates `#[wf_measure(..)]` on a function; each error is at the token that has to change.
pub(crate) fn validate_function(args: &Args, function: &Function, diagnostics: &mut Diagnostics) {
    let returned = Returned::new(&function.sig, args.returns);
    combinations(args, diagnostics);
    if args.runtime.is_none()
        && let Err(error) = crate_path::check_dependency()
    {
        diagnostics.push(error);
    }
    const_function(function, diagnostics);
    useless_returns(args, &returned, diagnostics);
    for name in unforwarded_traits(args, &returned) {
        let message = format!(
            "a measured stream or iterator does not implement `{name}`: remove `{name}` from the \
             return type"
        );
        diagnostics.error(name.span(), message);
    }
    if returned.is_never() {
        for (name, key) in args.keys().filter(|(name, _)| OF_OUTCOMES.contains(name)) {
            let message = format!(
                "this function never returns, so `{name}` is never called: remove `{name}`"
            );
            diagnostics.error(key, message);
        }
    }
    uses_of_self(args, function, &returned, diagnostics);
    generation(args, &returned, diagnostics);
    frame(args, &returned, diagnostics);
}

/// Validates `#[wf_measure(..)]` on a block, which may have the argument `crate` only.
pub(crate) fn validate_block(args: &Args, diagnostics: &mut Diagnostics) {
    for (name, key) in args.keys().filter(|&(name, _)| name != "crate") {
        let message = format!(
            "`{name}` applies to one function, and this is a block: write it on the function, as \
             in `#[wf_measure({name} ..)]`"
        );
        diagnostics.error(key, message);
    }
}

fn combinations(args: &Args, diagnostics: &mut Diagnostics) {
    let (ttft, frame) = (args.key("ttft"), args.key("frame"));
    if let (Some(_), Some(frame)) = (ttft, frame) {
        diagnostics.error(
            frame,
            "`ttft` and `frame` exclude each other: keep the one that fits the function",
        );
    }
    for (name, key) in args.keys() {
        if ttft.is_none() && OF_GENERATIONS.contains(&name) {
            let message =
                format!("`{name}` needs `ttft`, as in `#[wf_measure(ttft, {name} = ..)]`");
            diagnostics.error(key, message);
        }
    }
    if let (Some(_), Some(error_if)) = (args.key("ok_if"), args.key("error_if")) {
        diagnostics.error(
            error_if,
            "`ok_if` and `error_if` exclude each other: keep one",
        );
    }
    for (name, key) in args.keys() {
        if frame.is_some() && OF_OUTCOMES.contains(&name) {
            let message = format!("a frame has no outcome: remove `{name}` or `frame`");
            diagnostics.error(key, message);
        }
    }
    if let (Some(target_fps), None) = (args.key("target_fps"), frame) {
        diagnostics.error(
            target_fps,
            "`target_fps` needs `frame`, as in `#[wf_measure(frame, target_fps = ..)]`",
        );
    }
}

fn const_function(function: &Function, diagnostics: &mut Diagnostics) {
    if let Some(constness) = &function.sig.constness {
        diagnostics.error(
            constness.span(),
            "a `const fn` cannot be measured, as it may run at compile time: remove `const`, or \
             measure its caller",
        );
    }
}

/// Refuses a `returns` that the type makes redundant, or that has no effect.
fn useless_returns(args: &Args, returned: &Returned<'_>, diagnostics: &mut Diagnostics) {
    let Some(key) = args.key("returns") else {
        return;
    };
    if returned.is_declared_redundantly() {
        let message = "`returns` is redundant, as `async` or the return type shows the same: remove \
                       `returns`";
        diagnostics.error(key, message);
    } else if args.returns == Some(Declared::Iterator) && args.key("ttft").is_none() {
        let message = "`returns = iterator` has no effect without `ttft`: add `ttft` to measure the \
                       items, or remove `returns` to measure the call alone";
        diagnostics.error(key, message);
    }
}

/// Returns the traits in the return type that a measured source does not implement.
fn unforwarded_traits<'a>(args: &Args, returned: &Returned<'a>) -> impl Iterator<Item = &'a Ident> {
    // Without `ttft` the items of an iterator are not measured.
    let measures_items = args.key("ttft").is_some() || returned.stream().is_some();
    returned
        .unforwarded_traits()
        .filter(move |_| measures_items)
}

fn generation(args: &Args, returned: &Returned<'_>, diagnostics: &mut Diagnostics) {
    if args.key("ttft").is_none() {
        return;
    }
    if returned.is_never() {
        let message = "this function never returns, but a generation has an end: measure the \
                       function that makes one generation";
        diagnostics.error(returned.spelled.span(), message);
        return;
    }
    for name in ["tokens", "last"] {
        if let (Some(key), None) = (args.key(name), returned.item_source()) {
            let message = format!(
                "`{name}` is called with the items of a returned stream or iterator, but none is \
                 returned: if the return type is an alias of one, add `returns = stream` or \
                 `returns = iterator`; otherwise remove `{name}` and count tokens by \
                 `wf_token!(n)` where they are made"
            );
            diagnostics.error(key, message);
        }
    }
}

fn frame(args: &Args, returned: &Returned<'_>, diagnostics: &mut Diagnostics) {
    if let Some(frame) = args.key("frame")
        && (returned.call != CallKind::Sync || returned.stream().is_some())
    {
        diagnostics.error(
            frame,
            "`frame` measures a function that returns when the frame is drawn, and this one is \
             asynchronous: annotate the function that it calls to draw",
        );
    }
}

/// Refuses closures among the arguments that use `self` while the body has borrowed or moved it.
///
/// The borrow checker would refuse them too, without the way out.
fn uses_of_self(
    args: &Args,
    function: &Function,
    returned: &Returned<'_>,
    diagnostics: &mut Diagnostics,
) {
    let Some(receiver) = function.sig.receiver() else {
        return;
    };
    let mutable = matches!(receiver.kind, ReceiverKind::Reference(_, _, Some(_)));
    let borrowed = mutable && contains_ident(function.body.stream(), "self");
    let outlives_call = returned.item_source().is_some() || returned.call != CallKind::Sync;
    if !(borrowed || outlives_call && requires_static(&function.sig.output)) {
        return;
    }
    let functions = [
        (&args.tokens, "tokens"),
        (&args.last, "last"),
        (&args.ok_if, "ok_if"),
        (&args.error_if, "error_if"),
    ];
    for (argument, name) in functions {
        let (Some(argument), Some(key)) = (argument, args.key(name)) else {
            continue;
        };
        if argument.mentions_self() && argument.hoisted(name).is_none() {
            let message = format!(
                "`{name}` cannot use `self`, which the body has borrowed or moved by then: copy \
                 what it needs in a block, which runs before the body, as in \
                 `{name} = {{ let limit = self.limit; move |item: &Item| item.n > limit }}`"
            );
            diagnostics.error(key, message);
        }
    }
}

/// Returns whether the returned value has the bound `'static`.
fn requires_static(output: &ReturnType) -> bool {
    let mut finder = StaticFinder(false);
    finder.visit_return_type(output);
    finder.0
}

struct StaticFinder(bool);

impl<'a> Visit<'a> for StaticFinder {
    fn visit_lifetime(&mut self, lifetime: &'a Lifetime) {
        self.0 |= lifetime.ident == "static";
    }

    /// Not searched: the items may live longer than the source.
    fn visit_assoc_type(&mut self, _: &'a AssocType) {}

    fn visit_type_reference(&mut self, _: &'a TypeReference) {}
}
