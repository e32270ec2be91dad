//! Every form of function compiles under the macros, without a warning, and returns what it returned before.
//!
//! Also without the feature `enabled`, where what only an argument uses is unused.
#![cfg_attr(feature = "enabled", deny(warnings, clippy::all))]
#![cfg_attr(
    not(feature = "enabled"),
    allow(
        unused,
        clippy::manual_async_fn,
        clippy::needless_return,
        reason = "items are left as they are, without their arguments and in the forms that they test"
    )
)]

mod common;

#[path = "measure_forms/calls.rs"]
mod calls;
#[path = "measure_forms/frames.rs"]
mod frames;
#[path = "measure_forms/futures.rs"]
mod futures;
#[path = "measure_forms/generations.rs"]
mod generations;
#[path = "measure_forms/traits.rs"]
mod traits;
