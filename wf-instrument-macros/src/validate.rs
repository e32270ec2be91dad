//! Contradictions: arguments that do not go together, and functions that cannot be measured as asked.

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::visit::Visit;
use syn::{AssocType, Ident, Lifetime, ReturnType, TypeReference};

use crate::args::Args;
use crate::crate_path;
use crate::diagnostics::Mistakes;
use crate::item::function::Function;
use crate::return_type::{Call, Returned, Stated};
use crate::tokens::contains_ident;

/// Notes every contradiction, each at the token that has to change.
pub(crate) fn check(args: &Args, function: &Function, mistakes: &mut Mistakes) {
    let stated = args.returns.as_ref().map(|given| given.value);
    let returned = Returned::of(&function.sig, stated);
    between_arguments(args, mistakes);
    if args.runtime.is_none() {
        mistakes.extend(crate_path::check().err());
    }
    const_function(function, mistakes);
    stated_in_vain(args, &returned, mistakes);
    for name in unforwarded(args, &returned) {
        let message = format!(
            "what is returned is measured item by item, and is no `{name}` then: leave that out of the type"
        );
        mistakes.at(name.span(), message);
    }
    if returned.never() {
        for (at, name) in verdicts(args) {
            let message = format!(
                "this function never returns, so there is nothing for `{name}` to judge: remove it"
            );
            mistakes.at(at, message);
        }
    }
    borrowed_self(args, function, &returned, mistakes);
    if args.ttft.is_some() {
        generation(args, &returned, mistakes);
    }
    if let Some(frame) = args.frame {
        drawn_at_once(frame, &returned, mistakes);
    }
}

/// Refuses a `returns` that states what the type shows, or items that nobody measures.
fn stated_in_vain(args: &Args, returned: &Returned<'_>, mistakes: &mut Mistakes) {
    let Some(given) = &args.returns else {
        return;
    };
    if returned.stated_needlessly() {
        mistakes.at(given.at, "`returns` is for a type that does not show what it is, and here `async` or the type shows it: remove `returns`");
    } else if given.value == Stated::Iterator && args.ttft.is_none() {
        mistakes.at(given.at, "the items of an iterator are measured with `ttft`: write that as well, or remove `returns`, and the call alone is measured");
    }
}

/// Traits that the measured source does not have.
fn unforwarded<'a>(args: &Args, returned: &Returned<'a>) -> impl Iterator<Item = &'a Ident> {
    // Of a call that returns an iterator nothing is measured item by item.
    let measured = args.ttft.is_some() || returned.stream().is_some();
    returned.unforwarded().filter(move |_| measured)
}

/// On a block there is little to say: what it measures, each of its functions says for itself.
pub(crate) fn check_block(args: &Args, mistakes: &mut Mistakes) {
    let of_one = [
        (args.ttft, "ttft"),
        (args.frame, "frame"),
        (args.name.as_ref().map(|given| given.at), "name"),
        (args.target_fps.as_ref().map(|given| given.at), "target_fps"),
        (args.labels.as_ref().map(|given| given.at), "labels"),
        (args.returns.as_ref().map(|given| given.at), "returns"),
    ];
    let given = of_one
        .into_iter()
        .filter_map(|(at, name)| Some((at?, name)))
        .chain(verdicts(args))
        .chain(generation_arguments(args));
    for (at, name) in given {
        let message = format!(
            "`{name}` describes one function, and this is a block of them: write it on that function, as in `#[wf_measure({name} ..)]`"
        );
        mistakes.at(at, message);
    }
}

fn between_arguments(args: &Args, mistakes: &mut Mistakes) {
    if let (Some(_), Some(frame)) = (args.ttft, args.frame) {
        mistakes.at(
            frame,
            "a function makes tokens or draws frames: keep one of `ttft` and `frame`",
        );
    }
    for (at, name) in generation_arguments(args) {
        if args.ttft.is_none() {
            let message = format!(
                "`{name}` describes a generation: write `ttft` as well, as in `#[wf_measure(ttft, {name} = ..)]`"
            );
            mistakes.at(at, message);
        }
    }
    if let (Some(_), Some(error_if)) = (&args.ok_if, &args.error_if) {
        mistakes.at(
            error_if.at,
            "`ok_if` says what ends well and `error_if` what does not: keep one of them",
        );
    }
    for (at, name) in verdicts(args) {
        if args.frame.is_some() {
            let message = format!("a frame has no outcome: remove `{name}`, or `frame`");
            mistakes.at(at, message);
        }
    }
    if let (Some(fps), None) = (&args.target_fps, args.frame) {
        mistakes.at(fps.at, "`target_fps` describes frames: write `frame` as well, as in `#[wf_measure(frame, target_fps = ..)]`");
    }
}

fn generation_arguments(args: &Args) -> impl Iterator<Item = (Span, &'static str)> {
    [
        (args.model.as_ref().map(|given| given.at), "model"),
        (args.tokens.as_ref().map(|given| given.at), "tokens"),
        (args.last.as_ref().map(|given| given.at), "last"),
        (
            args.prompt_tokens.as_ref().map(|given| given.at),
            "prompt_tokens",
        ),
        (args.queued_at.as_ref().map(|given| given.at), "queued_at"),
        (args.slo.as_ref().map(|given| given.at), "slo"),
    ]
    .into_iter()
    .filter_map(|(at, name)| Some((at?, name)))
}

fn verdicts(args: &Args) -> impl Iterator<Item = (Span, &'static str)> {
    [
        (args.ok_if.as_ref().map(|given| given.at), "ok_if"),
        (args.error_if.as_ref().map(|given| given.at), "error_if"),
    ]
    .into_iter()
    .filter_map(|(at, name)| Some((at?, name)))
}

fn const_function(function: &Function, mistakes: &mut Mistakes) {
    if let Some(constness) = &function.sig.constness {
        mistakes.at(
            constness.span(),
            "a `const fn` may run in the compiler, where there is no clock: remove `const`, or measure its caller",
        );
    }
}

fn generation(args: &Args, returned: &Returned<'_>, mistakes: &mut Mistakes) {
    if returned.never() {
        let message = "a generation ends, and this function never returns: measure the function that makes one reply";
        mistakes.at(returned.spelled.span(), message);
        return;
    }
    for (given, name) in [(&args.tokens, "tokens"), (&args.last, "last")] {
        if let (Some(given), None) = (given, returned.source()) {
            let message = format!(
                "`{name}` looks at the items of a returned stream or iterator, and none is returned: where the type is a name for one, write `returns = stream` or `returns = iterator`; otherwise count tokens by `wf_token!(n)` where they are made, without `{name}`"
            );
            mistakes.at(given.at, message);
        }
    }
}

fn drawn_at_once(frame: Span, returned: &Returned<'_>, mistakes: &mut Mistakes) {
    if returned.call != Call::Sync || returned.stream().is_some() {
        mistakes.at(frame, "a frame is drawn by a function that returns when it is done, and this one is asynchronous: annotate what it calls to draw");
    }
}

/// Functions among the arguments that use `self` after the body has taken it, or within a returned
/// stream that may not borrow it: the borrow checker would refuse them.
fn borrowed_self(
    args: &Args,
    function: &Function,
    returned: &Returned<'_>,
    mistakes: &mut Mistakes,
) {
    let Some(receiver) = function.sig.receiver() else {
        return;
    };
    let mutable = receiver.reference.is_some() && receiver.mutability.is_some();
    let taken = mutable && contains_ident(function.body.stream(), "self");
    let goes_on = returned.source().is_some() || returned.call != Call::Sync;
    if !(taken || goes_on && lasts(&function.sig.output)) {
        return;
    }
    let functions = [
        (&args.tokens, "tokens"),
        (&args.last, "last"),
        (&args.ok_if, "ok_if"),
        (&args.error_if, "error_if"),
    ];
    for (given, name) in functions {
        let Some(given) = given else {
            continue;
        };
        if given.value.mentions_self() && given.value.made_once(name).is_none() {
            let message = format!(
                "`{name}` is called when the body has taken `self`: copy what it needs before, in a block, as in `{name} = {{ let limit = self.limit; move |item: &Item| item.n > limit }}`"
            );
            mistakes.at(given.at, message);
        }
    }
}

/// Whether what is returned has to live as long as the program, by `'static` on it.
fn lasts(output: &ReturnType) -> bool {
    let mut lasts = Lasts(false);
    lasts.visit_return_type(output);
    lasts.0
}

struct Lasts(bool);

impl<'a> Visit<'a> for Lasts {
    fn visit_lifetime(&mut self, lifetime: &'a Lifetime) {
        self.0 |= lifetime.ident == "static";
    }

    /// Not looked into: the items may live longer than the source.
    fn visit_assoc_type(&mut self, _: &'a AssocType) {}

    fn visit_type_reference(&mut self, _: &'a TypeReference) {}
}
