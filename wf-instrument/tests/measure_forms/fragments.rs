//! Functions that `macro_rules!` makes of fragments compute what they compute without
//! `#[wf_measure]`.
#![allow(
    clippy::cast_lossless,
    clippy::cast_possible_truncation,
    clippy::multiple_bound_locations,
    clippy::needless_lifetimes,
    reason = "casts, bounds and lifetimes stand where fragments can be"
)]

use std::fmt::Display;

use wf_instrument::{wf_measure, wf_skip};

use crate::common::{block_on, yield_now};

pub(crate) struct Of<const N: usize>;

impl<const N: usize> Of<N> {
    const fn n(&self) -> usize {
        N
    }
}

/// Makes functions of every kind of fragment, with `$measure` on each.
macro_rules! functions {
    (
        [$($measure:tt)*]
        $n:expr, $negative:expr, $literal:literal, $sum:expr, $cast:expr, $range:expr, $closure:expr, $if:expr,
        $type:ty, $object:ty, $reference:ty, $pointer:ty, $generic:ty, $block:block, $vis:vis, $path:path, $pattern:pat,
        $life:lifetime, $name:ident, $second:ident, $item:item, $statement:stmt, $(#[$meta:meta])*
    ) => {
        $($measure)*
        pub(crate) fn twice() -> usize {
            $n * 2
        }

        $($measure)*
        pub(crate) fn signs() -> i32 {
            -$negative + $negative.pow(2) + 2 - $negative
        }

        $($measure)*
        pub(crate) fn with_inner_attributes() -> (usize, i32, String) {
            #![allow(unused_variables, redundant_semicolons, clippy::allow_attributes_without_reason)]
            $statement;
            let text = <$generic>::from($literal);
            (2 * $n, $negative.pow(2) * 2, text)
        }

        $($measure)*
        pub(crate) fn fallible() -> Result<[u8; 2 * $n], Of<{ $n }>> {
            let array: [u8; $n * 2] = Ok::<_, Of<{ $n }>>([1; $n * 2])?;
            Ok(array)
        }

        $($measure)*
        pub(crate) fn returned() -> Of<{ $n }> {
            Of::<{ $n }>
        }

        $($measure)*
        pub(crate) async fn later() -> Result<[u8; $n * 2], String> {
            yield_now().await;
            Ok([$literal.len() as u8; $n * 2])
        }

        $($measure)*
        pub(crate) fn shown<'x>(value: &'x $object) -> &'x $object {
            value
        }

        $($measure)*
        pub(crate) fn shown_or_not<'x>(value: &'x $object) -> Result<&'x $object, &'x $object> {
            Ok(value)
        }

        $($measure)*
        pub(crate) fn boxed() -> Result<Box<$object>, Box<$object>> {
            Ok(Box::new($n))
        }

        $($measure)*
        pub(crate) fn compared(b: usize) -> bool {
            $cast < b && b as $type < 9 && ($if) * 2 < 9 && $range.contains(&2)
        }

        $($measure)*
        pub(crate) fn called(x: u8) -> u8 {
            ($closure)(x)
        }

        $($measure)*
        pub(crate) fn block() -> usize $block

        $($measure)*
        pub(crate) fn same(text: $reference) -> $reference {
            text
        }

        $($measure)*
        pub(crate) fn pointer() -> Result<$pointer, $pointer> {
            let pointer: $pointer = |n| n + 1;
            Ok(pointer)
        }

        $($measure)*
        pub(crate) async fn pointer_later() -> $pointer {
            yield_now().await;
            |n| n + 1
        }

        $($measure)*
        $(#[$meta])*
        $vis fn qualified<$life, T: $path>($pattern: (T, T), text: $reference) -> (T, usize)
        where
            T: $path + $life,
        {
            ($second, text.len())
        }

        $($measure)*
        $item

        $($measure)*
        pub(crate) fn $name(n: $type) -> $type
        where
            [(); $n * 2]: Copy,
        {
            macro_rules! within {
                ($inner:expr) => {
                    $inner * n * $n
                };
            }
            within!(1 + $sum)
        }
    };
}

/// The functions, of fragments that are more than one token wherever that is possible.
macro_rules! functions_of_fragments {
    ([$($measure:tt)*]) => {
        functions! {
            [$($measure)*]
            1 + 2, -3i32, "abc", 1 + 1, 3u8 as usize, 1..2 + 1, |x| x + 1, if true { 2 } else { 3 },
            usize, dyn Display + Sync, &str, fn(u8) -> u8, std::string::String, { 1 + 3 }, pub(crate), Copy, (_, second),
            'a, named, second, pub(crate) fn item() -> usize { 1 + 4 }, let unused = 1 + 2, #[inline] #[doc = "An attribute."]
        }
    };
}

mod plain {
    use super::*;

    functions_of_fragments!([]);
}

mod measured {
    use super::*;

    functions_of_fragments!([#[wf_measure]]);
}

mod judged {
    use super::*;

    functions_of_fragments!([#[wf_measure(ok_if = |_| true)]]);
}

mod generations {
    use super::*;

    functions_of_fragments!([#[wf_measure(ttft, returns = value)]]);
}

#[wf_measure]
mod block {
    use super::*;

    macro_rules! ignored {
        () => {};
    }
    #[wf_skip]
    ignored!();
}

macro_rules! results {
    ($module:ident) => {{
        use $module::*;
        let text = "text".to_owned();
        format!(
            "{:?}",
            (
                (twice(), signs(), with_inner_attributes()),
                (
                    fallible().map_err(|n| n.n()),
                    returned().n(),
                    block_on(later())
                ),
                (
                    shown(&1).to_string(),
                    shown_or_not(&2).is_ok(),
                    boxed().is_ok()
                ),
                (compared(4), compared(3), compared(9), called(3), block()),
                (qualified((1, 2), &text), item(), named(5), same(&text)),
                (
                    pointer().map(|f| f(1)).is_ok(),
                    block_on(pointer_later())(2)
                ),
            )
        )
    }};
}

#[test]
fn measured_functions_of_fragments_compute_what_they_compute() {
    let expected = results!(plain);
    assert!(
        expected.starts_with("((6, 17, (6, 18, \"abc\"))"),
        "{expected}"
    );
    assert_eq!(results!(measured), expected);
    assert_eq!(results!(judged), expected);
    assert_eq!(results!(generations), expected);
}
