//! A measurement that lives in an adapter.

use std::ops::{Deref, DerefMut};

use super::{Generation, Span};
use crate::outcome::Outcome;

/// The measurement of what an adapter runs; `None` once it has ended.
///
/// Dropped, it was cancelled: where what the adapter runs has unwound, that was recorded then, so a
/// thread that unwinds now does so for another reason.
#[derive(Debug)]
pub(super) struct Measured<M: Measurement>(Option<M>);

pub(super) trait Measurement {
    /// Nothing waits for it any more.
    fn cancel(self);
}

impl Measurement for Span {
    #[inline]
    fn cancel(self) {
        self.end(Outcome::Cancelled);
    }
}

impl Measurement for Generation {
    #[inline]
    fn cancel(self) {
        self.end(Outcome::Cancelled);
    }
}

impl<M: Measurement> Measured<M> {
    #[inline]
    pub(super) const fn new(measurement: M) -> Self {
        Self(Some(measurement))
    }
}

impl<M: Measurement> Deref for Measured<M> {
    type Target = Option<M>;

    #[inline]
    fn deref(&self) -> &Option<M> {
        &self.0
    }
}

impl<M: Measurement> DerefMut for Measured<M> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Option<M> {
        &mut self.0
    }
}

impl<M: Measurement> Drop for Measured<M> {
    #[inline]
    fn drop(&mut self) {
        if let Some(measurement) = self.0.take() {
            measurement.cancel();
        }
    }
}
