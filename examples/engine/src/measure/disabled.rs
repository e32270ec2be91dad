//! Instruments of a build without measurements: nothing is measured, governed or exported.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use super::options::Options;
use super::status::{MeasuredTotals, Recent};
use crate::engine::Engine;

/// Instruments that do nothing.
#[derive(Debug)]
pub struct Instruments;

/// `None`: this build reads no hardware.
#[must_use]
pub const fn profile() -> Option<String> {
    None
}

/// An error that cannot occur.
pub type StartError = Infallible;

impl Instruments {
    /// Starts nothing.
    ///
    /// # Errors
    /// Never.
    pub const fn start(_: &Arc<Engine>, _: &Options) -> Result<Self, StartError> {
        Ok(Self)
    }

    /// `None`: nothing is exported.
    #[must_use]
    pub const fn address(&self) -> Option<SocketAddr> {
        None
    }

    /// `None`: nothing is measured.
    #[must_use]
    pub const fn recent(&mut self) -> Option<Recent> {
        None
    }

    /// `None`: nothing is measured.
    #[must_use]
    pub const fn measured(&self) -> Option<MeasuredTotals> {
        None
    }
}
