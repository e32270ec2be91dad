//! The items of an annotated block: functions, and others.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Error, Ident, LitStr, Path, Result, Signature, Token, Visibility};

use crate::item::attribute::Attribute;
use crate::item::function::Function;
use crate::none_groups::{replace_none_groups, replace_none_groups_within};
use crate::tokens::between;

/// One item of a block.
pub(crate) enum BlockItem {
    Function(Box<Function>),
    Other(TokenStream),
}

/// Macros that never define a function to measure.
const WITHOUT_FUNCTIONS: [&str; 2] = ["macro_rules", "thread_local"];

/// Parses the items of a block.
///
/// # Errors
///
/// If an item that may define a function cannot be parsed: it would silently not be measured.
pub(crate) fn parse_items(content: TokenStream) -> Result<Vec<BlockItem>> {
    let mut tokens = replace_none_groups(content);
    let lengths = item_lengths.parse2(without_brace_contents(&tokens))?;
    let items = lengths.into_iter().map(|(kind, length)| {
        let item: Vec<TokenTree> = tokens.drain(..length).collect();
        match kind {
            ItemKind::Function => Ok(BlockItem::Function(Box::new(Function::parse(item)?))),
            ItemKind::Macro(path) => check_macro_call(&path, item).map(BlockItem::Other),
            ItemKind::Other => Ok(BlockItem::Other(item.into_iter().collect())),
        }
    });
    items.collect()
}

/// Returns the tokens with empty braces, which is enough to find the ends of items.
fn without_brace_contents(tokens: &[TokenTree]) -> TokenStream {
    let emptied = |token: &TokenTree| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
            let mut empty = Group::new(Delimiter::Brace, TokenStream::new());
            empty.set_span(group.span());
            empty.into()
        }
        token => token.clone(),
    };
    replace_none_groups_within(tokens.iter().map(emptied).collect())
}

enum ItemKind {
    Function,
    Macro(Path),
    Other,
}

/// Returns the kind of each item and its number of tokens.
fn item_lengths(input: ParseStream<'_>) -> Result<Vec<(ItemKind, usize)>> {
    let mut found = Vec::new();
    let begin = input.cursor();
    while input.peek(Token![#]) && input.peek2(Token![!]) {
        parse_attribute(input)?;
    }
    match between(begin, input.cursor()).count() {
        0 => {}
        attributes => found.push((ItemKind::Other, attributes)),
    }
    while !input.is_empty() {
        let begin = input.cursor();
        while input.peek(Token![#]) {
            parse_attribute(input)?;
        }
        input.parse::<Visibility>()?;
        let kind = parse_item(input)?;
        found.push((kind, between(begin, input.cursor()).count()));
    }
    Ok(found)
}

fn parse_attribute(input: ParseStream<'_>) -> Result<()> {
    input.parse::<Token![#]>()?;
    input.parse::<Option<Token![!]>>()?;
    input.parse::<Group>()?;
    Ok(())
}

/// Parses one item behind its visibility.
fn parse_item(input: ParseStream<'_>) -> Result<ItemKind> {
    if begins_function(&input.fork()) {
        parse_function(input).map_err(|error| {
            let message =
                format!("this function cannot be parsed, so it cannot be measured: {error}");
            Error::new(error.span(), message)
        })?;
        return Ok(ItemKind::Function);
    }
    let called = input.fork().call(parse_macro_path).ok();
    parse_other(input)?;
    Ok(called.map_or(ItemKind::Other, ItemKind::Macro))
}

/// Returns whether the next tokens are `fn`, behind any qualifiers.
fn begins_function(input: ParseStream<'_>) -> bool {
    const QUALIFIERS: [&str; 7] = [
        "default", "const", "async", "gen", "unsafe", "safe", "extern",
    ];
    while let Ok(word) = input.call(Ident::parse_any) {
        if word == "fn" {
            return true;
        }
        if !QUALIFIERS.iter().any(|qualifier| word == qualifier) {
            return false;
        }
        if word == "extern" {
            let _: Option<LitStr> = input.parse().ok();
        }
    }
    false
}

fn parse_function(input: ParseStream<'_>) -> Result<()> {
    if input.peek(Token![default]) {
        input.parse::<Token![default]>()?;
    }
    input.parse::<Signature>()?;
    input.parse::<Group>()?;
    Ok(())
}

/// Parses the path and the `!` of a macro call.
fn parse_macro_path(input: ParseStream<'_>) -> Result<Path> {
    let path = input.call(Path::parse_mod_style)?;
    input.parse::<Token![!]>()?;
    Ok(path)
}

/// Parses an item other than a function: to its semicolon, or to the braces that end it.
fn parse_other(input: ParseStream<'_>) -> Result<()> {
    let ends_with_semicolon = input.peek(Token![const])
        || input.peek(Token![static])
        || input.peek(Token![type])
        || input.peek(Token![use]);
    while !input.is_empty() {
        let ends = match input.parse()? {
            TokenTree::Punct(mark) => mark.as_char() == ';',
            TokenTree::Group(group) => {
                !ends_with_semicolon && group.delimiter() == Delimiter::Brace
            }
            _ => false,
        };
        if ends {
            break;
        }
    }
    Ok(())
}

/// Returns the tokens of a macro call that defines no function or has `#[wf_skip]`.
fn check_macro_call(path: &Path, tokens: Vec<TokenTree>) -> Result<TokenStream> {
    let attrs = Attribute::split_off(&mut tokens.clone(), false)?;
    let named = |name: &&str| path.segments.last().is_some_and(|last| last.ident == name);
    if attrs.iter().any(|attr| attr.is_named("wf_skip")) || WITHOUT_FUNCTIONS.iter().any(named) {
        return Ok(tokens.into_iter().collect());
    }
    Err(Error::new_spanned(
        path,
        "functions that a macro defines cannot be measured from outside: write `#[wf_measure]` on \
         them within the macro, and `#[wf_skip]` on this call",
    ))
}
