//! A picture that is being drawn.

use crate::clock::{self, Ticks};
use crate::site::FrameSite;

impl FrameSite {
    /// Begins a picture; it is drawn when the scope is dropped, unless the thread unwinds.
    #[inline]
    pub fn enter(&'static self) -> FrameScope {
        FrameScope {
            site: self,
            start: clock::ticks(),
        }
    }
}

/// A picture being drawn. 16 bytes; two clock readings and a record.
#[derive(Debug)]
#[must_use = "a frame that is dropped at once took no time"]
pub struct FrameScope {
    site: &'static FrameSite,
    start: Ticks,
}

impl Drop for FrameScope {
    #[inline]
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let took = clock::between(self.start, clock::ticks());
            self.site.series.drawn(took, self.site.budget);
        }
    }
}
