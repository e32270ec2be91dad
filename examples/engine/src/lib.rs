//! The reference engine: a language model, served, loaded, measured and governed in one process.
//!
//! From the bottom up: [`model`] computes tokens; [`engine`] admits requests and interleaves them
//! over worker threads; [`client`] counts requests and tokens on the client's side; [`http`] and
//! [`load`] are the two kinds of clients; [`measure`] holds sensors, governor and exporter;
//! [`monitor`] reads the state of all of it, [`screen`] shows it, and [`app`] runs the program. The
//! library exists for tests; the product is the binary.

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
