//! An annotated impl block or inline module.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::{Error, ItemImpl, ItemMod, Result, Type};

use crate::item::attribute::Attribute;
use crate::item::block_items::{BlockItem, parse_items};
use crate::none_groups::replace_none_groups_within;

/// `impl Type { … }` or `mod name { … }`.
pub(crate) struct Block {
    /// The tokens in front of the braces.
    pub(crate) head: TokenStream,
    /// The last segment of an impl block's type, if it has a name.
    pub(crate) self_type: Option<Ident>,
    pub(crate) braces: Group,
    pub(crate) items: Vec<BlockItem>,
}

impl Block {
    /// Returns whether `item` is an impl block or a module.
    pub(crate) fn is_block(item: &[TokenTree]) -> bool {
        let mut item = item.to_vec();
        let Ok(_) = Attribute::split_off(&mut item, false) else {
            return false;
        };
        let mut words = item.iter().filter_map(|token| match token {
            TokenTree::Ident(word) => Some(word.to_string()),
            _ => None,
        });
        let first = words.find(|word| !["pub", "unsafe", "default"].contains(&&**word));
        matches!(first.as_deref(), Some("impl" | "mod"))
    }

    /// Parses the tokens of a block, none of them a none-delimited group.
    ///
    /// # Errors
    ///
    /// If a part of it cannot be parsed.
    pub(crate) fn parse(mut item: Vec<TokenTree>) -> Result<Self> {
        let braces = match item.pop() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => group,
            last => {
                let span = last.map_or_else(Span::call_site, |token| token.span());
                let message = "this module has no body here: annotate the functions in its file";
                return Err(Error::new(span, message));
            }
        };
        let head: TokenStream = item.into_iter().collect();
        Ok(Self {
            self_type: self_type(&replace_none_groups_within(head.clone()))?,
            items: parse_items(braces.stream())?,
            head,
            braces,
        })
    }
}

/// Returns the name of an impl block's type; `None` for a module, which is in `module_path!`.
fn self_type(head: &TokenStream) -> Result<Option<Ident>> {
    if syn::parse2::<ItemMod>(quote!(#head {})).is_ok() {
        return Ok(None);
    }
    let block: ItemImpl = syn::parse2(quote!(#head {}))?;
    Ok(last_segment(&block.self_ty))
}

fn last_segment(ty: &Type) -> Option<Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.clone()),
        Type::Reference(reference) => last_segment(&reference.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::none_groups::replace_none_groups;

    fn find(tokens: TokenStream) -> Option<Result<Block>> {
        let item = replace_none_groups(tokens);
        Block::is_block(&item).then(|| Block::parse(item))
    }

    fn block(tokens: TokenStream) -> Block {
        find(tokens).expect("it is one").unwrap()
    }

    #[test]
    fn functions_are_distinguished_from_other_items() {
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
        assert_eq!(block.self_type.unwrap(), "Engine");
        let functions: Vec<String> = block
            .items
            .iter()
            .filter_map(|item| match item {
                BlockItem::Function(function) => Some(function.sig.ident.to_string()),
                BlockItem::Other(_) => None,
            })
            .collect();
        assert_eq!(functions, ["a", "b", "d"]);
        assert_eq!(block.items.len(), 7);
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
            .self_type
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
    fn items_that_cannot_be_parsed_are_refused() {
        for (unread, reason) in [
            (quote!(impl S { fn a() {} fn b(c) {} }), "cannot be parsed"),
            (
                quote!(mod m { pub async unsafe fn a(b: ) {} }),
                "cannot be parsed",
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
    fn other_items_may_be_anything() {
        let block = block(quote! {
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
        let other = |item: &BlockItem| matches!(item, BlockItem::Other(_));
        assert!(block.items.iter().all(other));
    }
}
