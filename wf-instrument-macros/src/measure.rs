//! The way of an annotated item: arguments → function → contradictions → model → expansion, or back to what it was.

use proc_macro2::{Delimiter, Group, Ident, TokenStream};
use quote::{ToTokens as _, quote};

use crate::args::Args;
use crate::block::{Block, Member, Wish, is_done};
use crate::check::{check, check_block};
use crate::expand::expand;
use crate::fallback::keep;
use crate::item::Function;
use crate::mistakes::Mistakes;
use crate::model::Model;

/// What `#[wf_measure(args)] item` becomes. Without the feature `enabled`: the item, once all is found right.
pub(crate) fn measure(args: TokenStream, item: TokenStream) -> TokenStream {
    if is_done(&args) {
        return item;
    }
    let mut mistakes = Mistakes::default();
    let args = Args::parse(args, &mut mistakes);
    let measured = match Block::find(&item) {
        Some(block) => block
            .map_err(|mistake| mistakes.add(mistake))
            .ok()
            .map(|block| measure_block(&args, block, &mut mistakes)),
        None => syn::parse2::<Function>(item.clone())
            .map_err(|mistake| mistakes.add(mistake))
            .ok()
            .map(|function| measure_function(args, None, &function, &mut mistakes)),
    };
    match measured {
        Some(measured) if mistakes.is_empty() && cfg!(feature = "enabled") => measured,
        _ => keep(item, mistakes),
    }
}

fn measure_function(
    args: Args,
    owner: Option<&Ident>,
    function: &Function,
    mistakes: &mut Mistakes,
) -> TokenStream {
    check(&args, function, mistakes);
    expand(&Model::new(args, owner, function), function)
}

/// Every function of the block, but those that say otherwise, and those that cannot be measured: a `const fn` may run in the compiler.
fn measure_block(args: &Args, block: Block, mistakes: &mut Mistakes) -> TokenStream {
    check_block(args, mistakes);
    let Block {
        head,
        owner,
        braces,
        members,
    } = block;
    let mut within = TokenStream::new();
    for member in members {
        within.extend(match member {
            Member::Other(tokens) => tokens,
            Member::Function(function) => measure_member(args, owner.as_ref(), *function, mistakes),
        });
    }
    let mut body = Group::new(Delimiter::Brace, within);
    body.set_span(braces.span());
    quote!(#head #body)
}

fn measure_member(
    of_block: &Args,
    owner: Option<&Ident>,
    mut function: Function,
    mistakes: &mut Mistakes,
) -> TokenStream {
    let own = match function.take_wish() {
        Wish::Own(tokens) => Args::parse(tokens, mistakes),
        Wish::None if function.sig.constness.is_none() => Args::default(),
        Wish::None | Wish::Skip => return function.into_token_stream(),
    };
    measure_function(own.within(of_block), owner, &function, mistakes)
}
