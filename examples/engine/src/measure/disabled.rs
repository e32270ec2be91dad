//! A build that does not measure: nothing is governed and nothing can be scraped.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use super::options::Options;
use super::status::{MeasuredTotals, Recent};
use crate::engine::Engine;

/// Nothing.
#[derive(Debug)]
pub struct Instruments;

/// Nothing is known.
#[must_use]
pub const fn profile() -> Option<String> {
    None
}

/// Nothing can fail.
pub type StartError = Infallible;

impl Instruments {
    /// Starts nothing.
    ///
    /// # Errors
    /// Never.
    pub const fn start(_: &Arc<Engine>, _: &Options) -> Result<Self, StartError> {
        Ok(Self)
    }

    /// Nowhere.
    #[must_use]
    pub const fn address(&self) -> Option<SocketAddr> {
        None
    }

    /// Nothing is known.
    #[must_use]
    pub const fn recent(&mut self) -> Option<Recent> {
        None
    }

    /// Nothing is known.
    #[must_use]
    pub const fn measured(&self) -> Option<MeasuredTotals> {
        None
    }
}
