//! The reference engine: a real language model, served, loaded, measured and governed in one process.
//!
//! [`model`] computes; [`engine`] admits requests and interleaves them over worker threads; [`client`] counts what clients see; [`http`]
//! and [`load`] are the two kinds of clients; [`measure`] is the SDK's side of the same, [`screen`] shows both, and [`app`] puts it all
//! together. The library exists so that tests and lessons can use the parts: the product is the binary.

pub mod app;
pub mod client;
pub mod engine;
mod format;
pub mod http;
pub mod load;
pub mod measure;
pub mod model;
pub mod monitor;
mod quantiles;
pub mod screen;

pub use self::quantiles::Quantiles;
