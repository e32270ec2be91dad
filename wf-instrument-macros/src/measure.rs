//! The attribute `#[wf_measure]`: arguments and item → validation → plan → expansion.

use proc_macro2::{Delimiter, Group, Ident, TokenStream};
use quote::{ToTokens as _, quote};

use crate::args::Args;
use crate::crate_path::runtime;
use crate::diagnostics::Diagnostics;
use crate::expand::expand;
use crate::item::attribute_order::{Deferred, has_foreign_macros};
use crate::item::block::Block;
use crate::item::block_items::BlockItem;
use crate::item::function::Function;
use crate::item::own_attribute::{OwnAttribute, is_consumed};
use crate::none_groups::replace_none_groups;
use crate::plan::Plan;
use crate::validate::{validate_block, validate_function};

/// Expands `#[wf_measure(args)] item` in a build with the feature `enabled`.
pub(crate) fn measure(args: TokenStream, item: TokenStream) -> TokenStream {
    match process(args, &item) {
        Ok(measured) => measured.unwrap_or(item),
        Err(errors) => item_with_errors(item, errors),
    }
}

/// Expands the same in a build without the feature: validates, and returns the item as it is.
pub(crate) fn validate_only(args: TokenStream, item: TokenStream) -> TokenStream {
    match process(args, &item) {
        Ok(_) => item,
        Err(errors) => item_with_errors(item, errors),
    }
}

/// Returns the errors, and the item as it was written.
///
/// Without the item, every use of it would be an error too, and an editor could not complete code
/// in its unfinished body.
fn item_with_errors(item: TokenStream, errors: Diagnostics) -> TokenStream {
    let mut output = errors.into_compile_errors();
    // As one stream: taken apart, it would lose its none-delimited groups.
    output.extend([item]);
    output
}

/// Returns the measured item; `None` where a block around it has measured it already.
fn process(args: TokenStream, item: &TokenStream) -> Result<Option<TokenStream>, Diagnostics> {
    if is_consumed(&args) {
        return Ok(None);
    }
    let mut diagnostics = Diagnostics::default();
    let annotation = Annotation::parse(args, &mut diagnostics);
    let tokens = replace_none_groups(item.clone());
    let measured = match Block::is_block(&tokens) {
        true => Block::parse(tokens)
            .and_then(|block| measure_block(&annotation.args, block, &mut diagnostics)),
        false => Function::parse(tokens)
            .map(|function| measure_function(annotation, &function, &mut diagnostics)),
    };
    match measured {
        Ok(measured) if diagnostics.is_empty() => Ok(Some(measured)),
        Ok(_) => Err(diagnostics),
        Err(error) => {
            diagnostics.push(error);
            Err(diagnostics)
        }
    }
}

/// The attribute on one function.
struct Annotation {
    args: Args,
    /// The arguments as they were written.
    tokens: TokenStream,
    /// The type of the impl block around the function, where it is known.
    self_type: Option<Ident>,
    /// True if the attribute has moved itself below the macros of other crates.
    deferred: bool,
}

impl Annotation {
    fn parse(args: TokenStream, diagnostics: &mut Diagnostics) -> Self {
        let (self_type, tokens, deferred) = match Deferred::parse(&args) {
            Some(Deferred { self_type, args }) => (self_type, args, true),
            None => (None, args, false),
        };
        Self {
            args: Args::parse(tokens.clone(), diagnostics),
            tokens,
            self_type,
            deferred,
        }
    }

    /// Adds the arguments of the block around the function, and the type of an impl block.
    fn within(self, block: &Args, self_type: Option<&Ident>) -> Self {
        let own = self.tokens;
        let tokens = match (&self.args.runtime, &block.runtime) {
            (None, Some(path)) => quote!(crate = #path, #own),
            _ => own,
        };
        Self {
            args: self.args.within(block),
            tokens,
            self_type: self_type.cloned(),
            ..self
        }
    }
}

fn measure_function(
    annotation: Annotation,
    function: &Function,
    diagnostics: &mut Diagnostics,
) -> TokenStream {
    let Annotation {
        args,
        tokens,
        self_type,
        deferred,
    } = annotation;
    validate_function(&args, function, diagnostics);
    if !deferred && has_foreign_macros(function) {
        let runtime = runtime(args.runtime.as_ref());
        return Deferred {
            self_type,
            args: tokens,
        }
        .below_others(function, &runtime);
    }
    expand(&Plan::new(args, self_type.as_ref(), function), function)
}

/// Measures the functions of a block.
fn measure_block(
    args: &Args,
    block: Block,
    diagnostics: &mut Diagnostics,
) -> syn::Result<TokenStream> {
    validate_block(args, diagnostics);
    let Block {
        head,
        self_type,
        braces,
        items,
    } = block;
    let mut output = TokenStream::new();
    for item in items {
        output.extend(match item {
            BlockItem::Other(tokens) => tokens,
            BlockItem::Function(function) => {
                measure_in_block(args, self_type.as_ref(), *function, diagnostics)?
            }
        });
    }
    let mut body = Group::new(Delimiter::Brace, output);
    body.set_span(braces.span());
    Ok(quote!(#head #body))
}

fn measure_in_block(
    block: &Args,
    self_type: Option<&Ident>,
    mut function: Function,
    diagnostics: &mut Diagnostics,
) -> syn::Result<TokenStream> {
    if let Some(variants) = function.split_by_cfg_attr()? {
        let variants =
            variants.map(|variant| measure_in_block(block, self_type, variant, diagnostics));
        return variants.into_iter().collect();
    }
    let own = match function.consume_own_attribute()? {
        OwnAttribute::Measure(args) => args,
        // A `const fn` may run in the compiler, where nothing can be measured.
        OwnAttribute::Absent if function.sig.constness.is_none() => TokenStream::new(),
        OwnAttribute::Absent | OwnAttribute::Skip => return Ok(function.into_token_stream()),
    };
    let annotation = Annotation::parse(own, diagnostics).within(block, self_type);
    Ok(measure_function(annotation, &function, diagnostics))
}
