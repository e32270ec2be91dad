//! An annotated impl block or inline module: its functions found, everything else left as the tokens it was written in.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::quote;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{
    Attribute, Error, Ident, ItemImpl, ItemMod, Meta, Result, Token, Type, Visibility, parse_quote,
};

use crate::item::Function;

/// `impl Type { … }` or `mod name { … }`.
pub(crate) struct Block {
    /// Everything before the braces.
    pub(crate) head: TokenStream,
    /// Of an impl block: the type's name, if it has one.
    pub(crate) owner: Option<Ident>,
    /// Where the braces are.
    pub(crate) braces: Group,
    pub(crate) members: Vec<Member>,
}

/// What stands in a block.
pub(crate) enum Member {
    Function(Box<Function>),
    Other(TokenStream),
}

impl Block {
    /// The block that `item` is; `None` where it is something else.
    pub(crate) fn find(item: &TokenStream) -> Option<Result<Self>> {
        let begins = |input: ParseStream<'_>| {
            let _ = input.call(Attribute::parse_outer)?;
            let _: Visibility = input.parse()?;
            let _: Option<Token![unsafe]> = input.parse()?;
            let is_one = input.peek(Token![impl]) || input.peek(Token![mod]);
            let _rest: TokenStream = input.parse()?;
            Ok(is_one)
        };
        match begins.parse2(item.clone()) {
            Ok(true) => Some(Self::read(item.clone())),
            _ => None,
        }
    }

    fn read(item: TokenStream) -> Result<Self> {
        let mut tokens: Vec<TokenTree> = item.into_iter().collect();
        let braces = match tokens.pop() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => group,
            last => {
                let at = last.map_or_else(Span::call_site, |token| token.span());
                let message =
                    "there is no body to measure here: annotate the module where its functions are";
                return Err(Error::new(at, message));
            }
        };
        let head: TokenStream = tokens.into_iter().collect();
        Ok(Self {
            owner: owner(&head)?,
            members: members.parse2(braces.stream())?,
            head,
            braces,
        })
    }
}

/// The type of an impl block by the last word of its name; a module has none, since it is in the path of its functions.
fn owner(head: &TokenStream) -> Result<Option<Ident>> {
    if syn::parse2::<ItemMod>(quote!(#head {})).is_ok() {
        return Ok(None);
    }
    let block: ItemImpl = syn::parse2(quote!(#head {}))?;
    Ok(last_word(&block.self_ty))
}

fn last_word(named: &Type) -> Option<Ident> {
    match named {
        Type::Path(path) => path.path.segments.last().map(|word| word.ident.clone()),
        Type::Reference(to) => last_word(&to.elem),
        Type::Paren(within) => last_word(&within.elem),
        Type::Group(within) => last_word(&within.elem),
        _ => None,
    }
}

fn members(input: ParseStream<'_>) -> Result<Vec<Member>> {
    let mut members = Vec::new();
    let inner = input.call(Attribute::parse_inner)?;
    if !inner.is_empty() {
        members.push(Member::Other(quote!(#(#inner)*)));
    }
    while !input.is_empty() {
        let ahead = input.fork();
        if let Ok(function) = Function::parse(&ahead) {
            syn::parse::discouraged::Speculative::advance_to(input, &ahead);
            members.push(Member::Function(Box::new(function)));
        } else {
            members.push(Member::Other(other(input)?));
        }
    }
    Ok(members)
}

/// One item that is no function: up to its semicolon, or its braces where it ends with them.
fn other(input: ParseStream<'_>) -> Result<TokenStream> {
    let attrs = input.call(Attribute::parse_outer)?;
    let vis: Visibility = input.parse()?;
    let ends_with_semicolon = input.peek(Token![const])
        || input.peek(Token![static])
        || input.peek(Token![type])
        || input.peek(Token![use]);
    let mut tokens = quote!(#(#attrs)* #vis);
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        let ends = match &token {
            TokenTree::Punct(mark) => mark.as_char() == ';',
            TokenTree::Group(group) => {
                !ends_with_semicolon && group.delimiter() == Delimiter::Brace
            }
            _ => false,
        };
        tokens.extend([token]);
        if ends {
            break;
        }
    }
    Ok(tokens)
}

/// What the attributes of a function within a measured block say of it.
pub(crate) enum Wish {
    /// `#[wf_skip]`: leave it alone.
    Skip,
    /// `#[wf_measure(..)]` of its own, with these arguments.
    Own(TokenStream),
    /// Nothing: as every other.
    None,
}

impl Function {
    /// What the function's own attributes wish. They stay, so that what imports them is used, and no longer do anything by themselves.
    pub(crate) fn take_wish(&mut self) -> Wish {
        let mut wish = Wish::None;
        for attr in &mut self.attrs {
            if names(&attr.meta, "wf_skip") {
                wish = Wish::Skip;
            } else if names(&attr.meta, "wf_measure") {
                wish = Wish::Own(match &attr.meta {
                    Meta::List(list) => list.tokens.clone(),
                    Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
                });
                let path = attr.path().clone();
                let done = Ident::new(MEASURED, Span::call_site());
                attr.meta = parse_quote!(#path(#done));
            }
        }
        wish
    }
}

/// The argument of an attribute whose work has been done.
const MEASURED: &str = "__wf_measured";

/// Whether these are the arguments of an attribute whose work has been done.
pub(crate) fn is_done(args: &TokenStream) -> bool {
    args.to_string() == MEASURED
}

fn names(meta: &Meta, word: &str) -> bool {
    let last = meta.path().segments.last();
    last.is_some_and(|last| last.ident == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(tokens: TokenStream) -> Block {
        Block::find(&tokens).expect("it is one").unwrap()
    }

    #[test]
    fn functions_are_told_from_everything_else() {
        let block = block(quote! {
            #[allow(dead_code)]
            impl<T: Copy> Trait<T> for crate::Engine<'_, T> where T: Send {
                type Item = Vec<{ 3 }>;
                const N: usize = { 1 + 2 };
                fn a(&self) -> usize { 1 }
                some_macro! { fn hidden() {} }
                pub(crate) async unsafe fn b<'a>(x: &'a T) where T: Sync { let half = ; }
                other_macro!(fn c() {});
                extern "C" fn d() {}
            }
        });
        assert_eq!(block.owner.unwrap(), "Engine");
        let functions: Vec<String> = block
            .members
            .iter()
            .filter_map(|member| match member {
                Member::Function(function) => Some(function.sig.ident.to_string()),
                Member::Other(_) => None,
            })
            .collect();
        assert_eq!(functions, ["a", "b", "d"]);
        assert_eq!(block.members.len(), 7);
    }

    #[test]
    fn modules_and_impl_blocks_are_blocks_and_functions_are_not() {
        assert!(
            block(quote!(
                pub mod tokens {
                    use a::{b, c};
                    fn f() {}
                    struct S {
                        x: u8,
                    }
                    fn g() {}
                }
            ))
            .owner
            .is_none()
        );
        assert!(
            Block::find(&quote!(
                fn f() {}
            ))
            .is_none()
        );
        assert!(
            Block::find(&quote!(
                struct S;
            ))
            .is_none()
        );
        assert!(
            Block::find(&quote!(
                mod elsewhere;
            ))
            .is_some_and(|block| block.is_err())
        );
    }

    #[test]
    fn attributes_of_ours_have_done_their_work() {
        let mut function: Function = syn::parse2(quote! {
            #[inline]
            #[wf_instrument::wf_measure(ttft, name = "x")]
            fn f() {}
        })
        .unwrap();
        let Wish::Own(args) = function.take_wish() else {
            panic!("it has arguments of its own");
        };
        assert_eq!(args.to_string(), quote!(ttft, name = "x").to_string());
        let Meta::List(left) = &function.attrs[1].meta else {
            panic!("it keeps its path");
        };
        assert!(is_done(&left.tokens));
    }
}
