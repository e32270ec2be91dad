//! The reference engine.

fn main() {}
