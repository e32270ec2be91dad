//! Functions that `macro_rules!` makes of fragments return the same with and without
//! `#[wf_measure]`.
#![allow(
    clippy::cast_lossless,
    clippy::cast_possible_truncation,
    clippy::multiple_bound_locations,
    clippy::needless_lifetimes,
    reason = "casts, bounds and lifetimes stand where fragments can be"
)]

use std::fmt::Display;

use futures_util::stream::{self, Stream, StreamExt as _};
use wf_instrument::{wf_measure, wf_skip, wf_token};

use crate::common::{block_on, yield_now};

pub(crate) struct Of<const N: usize>;

impl<const N: usize> Of<N> {
    const fn n(&self) -> usize {
        N
    }
}

/// Defines functions of every kind of fragment, with `$measure` on each.
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

/// The functions, of fragments of several tokens wherever possible.
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

mod with_ok_if {
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
fn measured_functions_of_fragments_return_the_same() {
    let expected = results!(plain);
    assert!(
        expected.starts_with("((6, 17, (6, 18, \"abc\"))"),
        "{expected}"
    );
    assert_eq!(results!(measured), expected);
    assert_eq!(results!(with_ok_if), expected);
    assert_eq!(results!(generations), expected);
}

/// A block whose items and values are fragments.
macro_rules! engine {
    ([$($measure:tt)*] $type:ident, $trait:path, $n:expr, $body:block, $vis:vis, $(#[$meta:meta])* $name:ident; $($item:item)*) => {
        pub(crate) struct $type;

        $($measure)*
        impl $type {
            pub(crate) const SIZE: usize = $n * 2;
            pub(crate) const NEGATIVE: i32 = -($n as i32) * 2;

            pub(crate) fn size(&self) -> usize $body

            $(#[$meta])*
            $vis fn $name(&self) -> usize { self.size() + $n * 10 }

            pub(crate) fn array(&self) -> [u8; $n * 2] { [0; $n * 2] }
        }

        $($measure)*
        impl $trait for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}", $n * 3)
            }
        }

        $($measure)*
        pub(crate) mod items {
            pub(crate) const SIZE: usize = 2 * $n;
            $($item)*
        }
    };
}

mod plain_block {
    engine!([] Engine, std::fmt::Debug, 1 + 2, { 1 + 3 }, pub(crate), #[inline] #[doc = "Named."] named;
        pub(crate) fn first() -> usize { 1 } pub(crate) struct S; pub(crate) fn second() -> usize { 2 });
}

mod measured_block {
    use wf_instrument::wf_measure;

    engine!([#[wf_measure]] Engine, std::fmt::Debug, 1 + 2, { 1 + 3 }, pub(crate), #[inline] #[doc = "Named."] named;
        pub(crate) fn first() -> usize { 1 } pub(crate) struct S; pub(crate) fn second() -> usize { 2 });
}

macro_rules! results_of_block {
    ($module:ident) => {{
        use $module::{Engine, items};
        let _: items::S = items::S;
        let sizes = [
            Engine::SIZE,
            items::SIZE,
            Engine.size(),
            Engine.named(),
            Engine.array().len(),
        ];
        format!(
            "{sizes:?} {} {:?} {}",
            Engine::NEGATIVE,
            Engine,
            items::first() + items::second()
        )
    }};
}

#[test]
fn measured_blocks_of_fragments_return_the_same() {
    assert_eq!(results_of_block!(plain_block), "[6, 6, 4, 34, 6] -6 9 3");
    assert_eq!(
        results_of_block!(measured_block),
        results_of_block!(plain_block)
    );
    #[cfg(feature = "enabled")]
    {
        let spans = wf_instrument::snapshot::Snapshot::take().metrics.spans;
        for name in ["size", "named", "array", "fmt"] {
            let name = format!("::measured_block::Engine::{name}");
            assert!(
                spans.iter().any(|row| row.span.ends_with(&name)),
                "{name} is not measured"
            );
        }
        for name in [
            "::measured_block::items::first",
            "::measured_block::items::second",
        ] {
            assert!(
                spans.iter().any(|row| row.span.ends_with(name)),
                "{name} is not measured"
            );
        }
    }
}

/// Arguments that are fragments.
macro_rules! arguments {
    ($name:literal, $n:expr, $model:ident = $asked:expr, $tokens:expr, $label:expr, $slo:literal) => {
        #[wf_measure(
            ttft, model = $asked, tokens = $tokens, prompt_tokens = $n * 2, slo = $slo, labels(kind = $label),
            error_if = |item| *item == $n * 10,
        )]
        fn generated($model: &str) -> impl Stream<Item = usize> {
            let _ = $model;
            stream::iter([$n * 2])
        }

        #[wf_measure(ttft, name = $name, prompt_tokens = [$n * 2][0])]
        fn counted() -> usize {
            wf_token!($n * 2);
            wf_token!([$n * 2][0]);
            wf_instrument::wf_count!(tokens, $n * 2);
            wf_instrument::wf_count!("fragments", $n * 2);
            wf_instrument::wf_gauge!("fragment", -$n as f64 * 2.0);
            7
        }
    };
}

arguments!(
    "fragments",
    1 + 2,
    model = model,
    |n| n * 2,
    String::from("a"),
    "p99 < 1s"
);

#[test]
fn arguments_of_fragments_keep_their_value() {
    assert_eq!(block_on(generated("of fragments").collect::<Vec<_>>()), [6]);
    assert_eq!(counted(), 7);
    #[cfg(feature = "enabled")]
    {
        let metrics = wf_instrument::snapshot::Snapshot::take().metrics;
        let of = |model| {
            metrics
                .generations
                .iter()
                .find(|row| &*row.model == model)
                .expect(model)
        };
        assert_eq!(
            (of("of fragments").tokens, of("of fragments").prompt_tokens),
            (12, 6)
        );
        assert_eq!(
            (of("fragments").tokens, of("fragments").prompt_tokens),
            (18, 6)
        );
        let counted = metrics
            .counters
            .iter()
            .find(|row| &*row.name == "fragments");
        assert_eq!(counted.map(|row| row.value), Some(6));
        let set = metrics.gauges.iter().find(|row| &*row.name == "fragment");
        assert_eq!(set.map(|row| row.value), Some(-6.0));
    }
}
