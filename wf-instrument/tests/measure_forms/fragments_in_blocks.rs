//! Blocks that `macro_rules!` makes of fragments compute what they compute without `#[wf_measure]`.

/// A block whose members and whose values are fragments.
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
fn measured_blocks_of_fragments_compute_what_they_compute() {
    assert_eq!(results_of_block!(plain_block), "[6, 6, 4, 34, 6] -6 9 3");
    assert_eq!(
        results_of_block!(measured_block),
        results_of_block!(plain_block)
    );
    #[cfg(feature = "enabled")]
    {
        let spans = wf_instrument::snapshot::Snapshot::take().totals.spans;
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
