//! Every form of function compiles under the macros, without a warning, and returns the same as
//! before; also without the feature `enabled`, where variables that only arguments use are unused.
#![cfg_attr(feature = "enabled", deny(warnings, clippy::all))]
#![cfg_attr(
    not(feature = "enabled"),
    allow(
        unused,
        clippy::manual_async_fn,
        clippy::needless_return,
        reason = "items stay as they are, without their arguments and in the forms under test"
    )
)]

mod common;

#[path = "measure_forms/attribute_order.rs"]
mod attribute_order;
#[path = "measure_forms/blocks.rs"]
mod blocks;
#[path = "measure_forms/calls.rs"]
mod calls;
#[path = "measure_forms/fragments.rs"]
mod fragments;
#[path = "measure_forms/frames.rs"]
mod frames;
#[path = "measure_forms/futures.rs"]
mod futures;
#[path = "measure_forms/generations.rs"]
mod generations;
#[path = "measure_forms/inference.rs"]
mod inference;
#[path = "measure_forms/returned.rs"]
mod returned;
#[path = "measure_forms/track_caller.rs"]
mod track_caller;
#[path = "measure_forms/traits.rs"]
mod traits;

#[test]
fn functions_of_blocks_return_the_same() {
    use blocks::{Store, inline};

    let rows = [3, 1, 2];
    let store = Store::new(&rows);
    assert_eq!((store.get(1), store.len()), (Some(1), 3));
    assert_eq!(store.stream().collect::<Vec<_>>(), rows);
    assert_eq!(store.to_string(), "[3, 1, 2]");
    assert_eq!((store.first(), store.last()), (Some(3), Some(2)));
    assert_eq!(store.twice(), [3, 1, 2, 3, 1, 2]);
    assert_eq!(common::block_on(store.wait()), Ok(3));
    assert_eq!(inline::split("a b").len(), inline::spoken("a b"));
    assert_eq!(Store::<u8, 2>::SIZE, 3);
    #[cfg(feature = "enabled")]
    {
        let metrics = wf_instrument::snapshot::Snapshot::take().metrics;
        let names: Vec<&str> = metrics.spans.iter().map(|row| &*row.span).collect();
        for name in [
            "::Store::get",
            "::Store::wait",
            "::Store::fmt",
            "::Store::twice",
            "store last",
            "::inline::split",
        ] {
            assert!(
                names.iter().any(|known| known.ends_with(name)),
                "{name} in {names:#?}"
            );
        }
        for name in [
            "::Store::len",
            "::Store::new",
            "::Store::first",
            "::Store::last",
        ] {
            assert!(
                !names.iter().any(|known| known.ends_with(name)),
                "{name} in {names:#?}"
            );
        }
        let models: Vec<&str> = metrics.generations.iter().map(|row| &*row.model).collect();
        assert!(
            models.contains(&"store") && !models.contains(&"store twice"),
            "{models:?}"
        );
    }
}
