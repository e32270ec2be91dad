//! The way of an annotated item: arguments → function → contradictions → model → expansion, or back to what it was.

use proc_macro2::{Delimiter, Group, Ident, TokenStream};
use quote::{ToTokens as _, quote};

use crate::args::{Args, Given};
use crate::crate_path::runtime;
use crate::diagnostics::Mistakes;
use crate::expand::expand;
use crate::item::attribute_order::{Last, has_macros_of_others};
use crate::item::block::Block;
use crate::item::block_items::Member;
use crate::item::function::Function;
use crate::item::own_attribute::{Wish, is_done};
use crate::none_groups::visible;
use crate::plan::Model;
use crate::validate::{check, check_block};

/// What `#[wf_measure(args)] item` becomes.
pub(crate) fn measure(args: TokenStream, item: TokenStream) -> TokenStream {
    match measured(args, &item) {
        Ok(measured) => measured.unwrap_or(item),
        Err(mistakes) => beside(mistakes, item),
    }
}

/// The same in a build that does not measure: the item, once all is found right.
pub(crate) fn check_only(args: TokenStream, item: TokenStream) -> TokenStream {
    match measured(args, &item) {
        Ok(_) => item,
        Err(mistakes) => beside(mistakes, item),
    }
}

/// The item as it was written behind the reports of what is wrong.
///
/// Without it, everything that calls it would be reported as well, and an editor could not complete
/// inside its half-typed body.
fn beside(mistakes: Mistakes, item: TokenStream) -> TokenStream {
    let mut output = mistakes.report();
    // As one stream: taken apart, it would lose its invisible groups.
    output.extend([item]);
    output
}

/// The measured item; `None` where an attribute around it has measured it.
fn measured(args: TokenStream, item: &TokenStream) -> Result<Option<TokenStream>, Mistakes> {
    if is_done(&args) {
        return Ok(None);
    }
    let mut mistakes = Mistakes::default();
    let request = Request::read(args, &mut mistakes);
    let tokens = visible(item.clone());
    let measured = match Block::is_one(&tokens) {
        true => {
            Block::read(tokens).and_then(|block| measure_block(&request.args, block, &mut mistakes))
        }
        false => Function::read(tokens)
            .map(|function| measure_function(request, &function, &mut mistakes)),
    };
    match measured {
        Ok(measured) if mistakes.is_empty() => Ok(Some(measured)),
        Ok(_) => Err(mistakes),
        Err(mistake) => {
            mistakes.add(mistake);
            Err(mistakes)
        }
    }
}

/// What is asked about one function.
struct Request {
    args: Args,
    /// The same as they were written.
    written: TokenStream,
    /// The type of the impl block that the function stands in, where that is known.
    owner: Option<Ident>,
    /// Whether the attribute stands below macros of others, if there are any.
    last: bool,
}

impl Request {
    fn read(args: TokenStream, mistakes: &mut Mistakes) -> Self {
        let (owner, written, last) = match Last::read(&args) {
            Some(Last { owner, args }) => (owner, args, true),
            None => (None, args, false),
        };
        Self {
            args: Args::parse(written.clone(), mistakes),
            written,
            owner,
            last,
        }
    }

    /// The same within a block.
    fn within(self, block: &Args, owner: Option<&Ident>) -> Self {
        let own = self.written;
        let written = match (&self.args.runtime, &block.runtime) {
            (None, Some(Given { value: path, .. })) => quote!(crate = #path, #own),
            _ => own,
        };
        Self {
            args: self.args.within(block),
            written,
            owner: owner.cloned(),
            ..self
        }
    }
}

fn measure_function(request: Request, function: &Function, mistakes: &mut Mistakes) -> TokenStream {
    let Request {
        args,
        written,
        owner,
        last,
    } = request;
    check(&args, function, mistakes);
    if !last && has_macros_of_others(function) {
        let path = runtime(args.runtime.as_ref().map(|given| &given.value));
        return Last {
            owner,
            args: written,
        }
        .below(function, &path);
    }
    expand(&Model::new(args, owner.as_ref(), function), function)
}

/// Every function of the block, but those that say otherwise, and those that cannot be measured: a `const fn` may run in the compiler.
fn measure_block(args: &Args, block: Block, mistakes: &mut Mistakes) -> syn::Result<TokenStream> {
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
) -> syn::Result<TokenStream> {
    if let Some(variants) = function.by_condition()? {
        let variants = variants.map(|variant| measure_member(of_block, owner, variant, mistakes));
        return variants.into_iter().collect();
    }
    let own = match function.take_wish()? {
        Wish::Own(tokens) => tokens,
        Wish::None if function.sig.constness.is_none() => TokenStream::new(),
        Wish::None | Wish::Skip => return Ok(function.into_token_stream()),
    };
    let request = Request::read(own, mistakes).within(of_block, owner);
    Ok(measure_function(request, &function, mistakes))
}
