//! Measure and govern AI inference from inside a Rust process.
