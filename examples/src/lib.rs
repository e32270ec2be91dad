//! A language model, served: the library behind the reference engine.

pub mod model;
