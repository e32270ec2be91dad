//! An annotated impl block or inline module: its functions found, everything else left as the tokens it was written in.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::{Error, ItemImpl, ItemMod, Result, Type};

use crate::item::attribute::Attribute;
use crate::item::block_items::{Member, members};
use crate::none_groups::visible_within;

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

impl Block {
    /// Whether `item` is a block.
    pub(crate) fn is_one(item: &[TokenTree]) -> bool {
        let mut item = item.to_vec();
        let Ok(_) = Attribute::take(&mut item, false) else {
            return false;
        };
        let mut words = item.iter().filter_map(|token| match token {
            TokenTree::Ident(word) => Some(word.to_string()),
            _ => None,
        });
        let first = words.find(|word| !["pub", "unsafe", "default"].contains(&&**word));
        matches!(first.as_deref(), Some("impl" | "mod"))
    }

    /// Reads the tokens of a block, none of which is an invisible group.
    ///
    /// # Errors
    ///
    /// Where a part of it cannot be read.
    pub(crate) fn read(mut item: Vec<TokenTree>) -> Result<Self> {
        let braces = match item.pop() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => group,
            last => {
                let at = last.map_or_else(Span::call_site, |token| token.span());
                let message =
                    "there is no body to measure here: annotate the module where its functions are";
                return Err(Error::new(at, message));
            }
        };
        let head: TokenStream = item.into_iter().collect();
        Ok(Self {
            owner: owner(&visible_within(head.clone()))?,
            members: members(braces.stream())?,
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
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::none_groups::visible;

    fn find(tokens: TokenStream) -> Option<Result<Block>> {
        let item = visible(tokens);
        Block::is_one(&item).then(|| Block::read(item))
    }

    fn block(tokens: TokenStream) -> Block {
        find(tokens).expect("it is one").unwrap()
    }

    #[test]
    fn functions_are_told_from_everything_else() {
        let block = block(quote! {
            #[allow(dead_code)]
            impl<T: Copy> Trait<T> for crate::Engine<'_, T> where T: Send {
                type Item = Vec<{ 3 }>;
                const N: usize = { 1 + 2 };
                fn a(&self) -> usize { 1 }
                #[wf_skip]
                some_macro! { fn hidden() {} }
                pub(crate) async unsafe fn b<'a>(x: &'a T) where T: Sync { let half = ; }
                #[cfg(x)] #[wf_skip] other_macro!(fn c() {});
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
            find(quote!(
                fn f() {}
            ))
            .is_none()
        );
        assert!(
            find(quote!(
                struct S;
            ))
            .is_none()
        );
        assert!(
            find(quote!(
                mod elsewhere;
            ))
            .is_some_and(|block| block.is_err())
        );
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for (unread, reason) in [
            (quote!(impl S { fn a() {} fn b(c) {} }), "cannot be read"),
            (
                quote!(mod m { pub async unsafe fn a(b: ) {} }),
                "cannot be read",
            ),
            (quote!(impl S { some_macro! { fn hidden() {} } }), "wf_skip"),
            (
                quote!(mod m { pub(crate) path::to::some_macro!(fn hidden() {}); }),
                "wf_skip",
            ),
        ] {
            let refusal = find(unread.clone())
                .expect("it is one")
                .err()
                .expect("an error");
            assert!(refusal.to_string().contains(reason), "{unread}: {refusal}");
        }
    }

    #[test]
    fn what_is_no_function_may_be_anything() {
        let members = block(quote! {
            mod m {
                #![allow(dead_code)]
                thread_local!(static X: u8 = 0);
                macro_rules! make { () => { fn f() {} } }
                impl A<{ 3 }> for B { fn deeper() {} }
                const F: fn() = f;
                extern "C" { fn c(); }
                unsafe extern "C" {}
                extern crate alloc;
                static S: T = T { x: 1 };
                struct P(fn());
            }
        });
        let other = |member: &Member| matches!(member, Member::Other(_));
        assert!(members.members.iter().all(other));
    }
}
