//! The way of an annotated item: arguments → function → contradictions → model → expansion, or back to what it was.

use proc_macro2::{Delimiter, Group, Ident, TokenStream};
use quote::{ToTokens as _, quote};
use syn::Result;

use crate::args::Args;
use crate::block::Block;
use crate::build::Build;
use crate::check::{check, check_block};
use crate::expand::expand;
use crate::fallback::keep;
use crate::invisible::visible;
use crate::item::Function;
use crate::member::Member;
use crate::mistakes::Mistakes;
use crate::model::Model;
use crate::wish::{Wish, is_done};

/// What `#[wf_measure(args)] item` becomes. In a build that does not measure: the item, once all is found right.
pub(crate) fn measure(args: TokenStream, item: TokenStream, build: Build) -> TokenStream {
    if is_done(&args) {
        return item;
    }
    let mut mistakes = Mistakes::default();
    let args = Args::parse(args, &mut mistakes);
    let tokens = visible(item.clone());
    let measured = match Block::is_one(&tokens) {
        true => Block::read(tokens).and_then(|block| measure_block(&args, block, &mut mistakes)),
        false => Function::read(tokens)
            .map(|function| measure_function(args, None, &function, &mut mistakes)),
    };
    match measured {
        Ok(measured) if mistakes.is_empty() && build == Build::Measuring => measured,
        Ok(_) => keep(item, mistakes),
        Err(mistake) => {
            mistakes.add(mistake);
            keep(item, mistakes)
        }
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
fn measure_block(args: &Args, block: Block, mistakes: &mut Mistakes) -> Result<TokenStream> {
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
            Member::Function(function) => {
                measure_member(args, owner.as_ref(), *function, mistakes)?
            }
        });
    }
    let mut body = Group::new(Delimiter::Brace, within);
    body.set_span(braces.span());
    Ok(quote!(#head #body))
}

fn measure_member(
    of_block: &Args,
    owner: Option<&Ident>,
    mut function: Function,
    mistakes: &mut Mistakes,
) -> Result<TokenStream> {
    if let Some(variants) = function.by_condition()? {
        let variants = variants.map(|variant| measure_member(of_block, owner, variant, mistakes));
        return variants.into_iter().collect();
    }
    let own = match function.take_wish()? {
        Wish::Own(tokens) => Args::parse(tokens, mistakes),
        Wish::None if function.sig.constness.is_none() => Args::default(),
        Wish::None | Wish::Skip => return Ok(function.into_token_stream()),
    };
    Ok(measure_function(
        own.within(of_block),
        owner,
        &function,
        mistakes,
    ))
}
