//! Loom models of the lock-free parts: every interleaving of a few threads, and every value that
//! the memory model allows them to load.
//!
//! Compiles the source files of the crate with loom's atomics. Run by
//! `RUSTFLAGS="--cfg wf_loom" cargo test --release -p wf-instrument --test loom models`.
#![cfg(wf_loom)]
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the models use some of the files"
)]

mod clock;
#[path = "../../src/histogram/mod.rs"]
mod histogram;
mod models;
#[path = "../../src/outcome.rs"]
mod outcome;
mod series;
mod sync;
mod thread;
#[path = "../../src/units/mod.rs"]
mod units;
