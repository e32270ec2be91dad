//! Functions among the arguments that use `self` after the body has taken it, or within a returned
//! stream that may not borrow it.

use syn::visit::Visit;
use syn::{AssocType, Lifetime, ReturnType, TypeReference};

use crate::args::Args;
use crate::args::expression::mentions_self;
use crate::diagnostics::Mistakes;
use crate::item::function::Function;
use crate::return_type::{Call, Returned};

/// Notes a mistake for each of them, with the way out: the borrow checker would refuse it.
pub(crate) fn borrowed_self(
    args: &Args,
    function: &Function,
    returned: &Returned<'_>,
    mistakes: &mut Mistakes,
) {
    let Some(receiver) = function.sig.receiver() else {
        return;
    };
    let mutable = receiver.reference.is_some() && receiver.mutability.is_some();
    let taken = mutable && mentions_self(function.body.stream());
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
