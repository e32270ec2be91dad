//! The items of an annotated block: functions, and everything else.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Error, Ident, LitStr, Path, Result, Signature, Token, Visibility};

use crate::item::attribute::Attribute;
use crate::item::function::Function;
use crate::none_groups::{visible, visible_within};
use crate::tokens::between;

/// One item of a block.
pub(crate) enum Member {
    Function(Box<Function>),
    Other(TokenStream),
}

/// Macros that make no function which could be measured.
const WITHOUT_FUNCTIONS: [&str; 2] = ["macro_rules", "thread_local"];

/// The items of a block.
///
/// # Errors
///
/// Where one of them may contain a function and cannot be read: left as it is, it would silently
/// not be measured.
pub(crate) fn members(content: TokenStream) -> Result<Vec<Member>> {
    let mut tokens = visible(content);
    let lengths = lengths.parse2(skeleton(&tokens))?;
    let members = lengths.into_iter().map(|(kind, length)| {
        let own = tokens.drain(..length).collect();
        match kind {
            Kind::Function => Ok(Member::Function(Box::new(Function::read(own)?))),
            Kind::Macro(path) => skipped(&path, own).map(Member::Other),
            Kind::Other => Ok(Member::Other(own.into_iter().collect())),
        }
    });
    members.collect()
}

/// The tokens without what is in braces, which is enough to find where items end.
fn skeleton(tokens: &[TokenTree]) -> TokenStream {
    let emptied = |token: &TokenTree| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
            let mut empty = Group::new(Delimiter::Brace, TokenStream::new());
            empty.set_span(group.span());
            empty.into()
        }
        token => token.clone(),
    };
    visible_within(tokens.iter().map(emptied).collect())
}

enum Kind {
    Function,
    Macro(Path),
    Other,
}

/// The kind of each item, and how many tokens it has.
fn lengths(input: ParseStream<'_>) -> Result<Vec<(Kind, usize)>> {
    let mut found = Vec::new();
    let begin = input.cursor();
    while input.peek(Token![#]) && input.peek2(Token![!]) {
        attribute(input)?;
    }
    match between(begin, input.cursor()).count() {
        0 => {}
        attributes => found.push((Kind::Other, attributes)),
    }
    while !input.is_empty() {
        let begin = input.cursor();
        while input.peek(Token![#]) {
            attribute(input)?;
        }
        input.parse::<Visibility>()?;
        let kind = kind(input)?;
        found.push((kind, between(begin, input.cursor()).count()));
    }
    Ok(found)
}

fn attribute(input: ParseStream<'_>) -> Result<()> {
    input.parse::<Token![#]>()?;
    input.parse::<Option<Token![!]>>()?;
    input.parse::<Group>()?;
    Ok(())
}

/// Reads one item behind its visibility.
fn kind(input: ParseStream<'_>) -> Result<Kind> {
    if begins_function(&input.fork()) {
        function(input).map_err(|mistake| {
            let message =
                format!("this function cannot be read, and so not be measured: {mistake}");
            Error::new(mistake.span(), message)
        })?;
        return Ok(Kind::Function);
    }
    let called = input.fork().call(called).ok();
    other(input)?;
    Ok(called.map_or(Kind::Other, Kind::Macro))
}

/// `fn`, behind any qualifiers.
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

fn function(input: ParseStream<'_>) -> Result<()> {
    if input.peek(Token![default]) {
        input.parse::<Token![default]>()?;
    }
    input.parse::<Signature>()?;
    input.parse::<Group>()?;
    Ok(())
}

/// The path of a macro that is called here.
fn called(input: ParseStream<'_>) -> Result<Path> {
    let path = input.call(Path::parse_mod_style)?;
    input.parse::<Token![!]>()?;
    Ok(path)
}

/// Reads one item that is no function: up to its semicolon, or its braces where it ends with them.
fn other(input: ParseStream<'_>) -> Result<()> {
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

/// The tokens of a macro call that makes no function, or is not to be measured.
fn skipped(path: &Path, tokens: Vec<TokenTree>) -> Result<TokenStream> {
    let attrs = Attribute::take(&mut tokens.clone(), false)?;
    let named = |name: &&str| path.segments.last().is_some_and(|last| last.ident == name);
    if attrs.iter().any(|attr| attr.is("wf_skip")) || WITHOUT_FUNCTIONS.iter().any(named) {
        return Ok(tokens.into_iter().collect());
    }
    Err(Error::new_spanned(
        path,
        "functions that a macro makes cannot be measured from here: put `#[wf_measure]` on them within the macro, and `#[wf_skip]` on this call",
    ))
}
