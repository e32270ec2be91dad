//! Re-exports the SDK.

pub use wf_instrument;
