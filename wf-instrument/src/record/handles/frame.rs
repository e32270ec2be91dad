//! A frame that is being drawn.

use super::start::Start;
use crate::clock::{self, Ticks};
use crate::series::FrameSeries;
use crate::site::FrameSite;
use crate::sync::Ordering;

impl FrameSite {
    /// Begins a frame, which ends when the scope is dropped, unless the thread has begun to unwind.
    #[inline]
    pub fn enter(&'static self) -> FrameScope {
        FrameScope::begin(self.series.plain())
    }

    /// Begins a frame with values for the site's labels; about 2 ns more for each value
    /// compared (bench `label`).
    #[inline]
    pub fn enter_with(&'static self, values: &[&str]) -> FrameScope {
        FrameScope::begin(self.of(values))
    }

    /// Begins a frame of a function that returns at its end only.
    #[doc(hidden)]
    #[inline]
    pub fn enter_judged(&'static self) -> JudgedFrame {
        JudgedFrame::begin(self.series.plain())
    }

    /// Begins the frame with values for the site's labels.
    #[doc(hidden)]
    #[inline]
    pub fn enter_judged_with(&'static self, values: &[&str]) -> JudgedFrame {
        JudgedFrame::begin(self.of(values))
    }

    /// Records a frame that is shown now. Its time is that since the frame before; the first has
    /// none. One clock reading, an atomic exchange and a record.
    ///
    /// For one loop whose frames follow each other without a pause: the frame after a pause takes
    /// as long as the pause, and two windows under one name would halve each other's times.
    #[inline]
    pub fn shown(&'static self) {
        let now = clock::ticks();
        // Relaxed: it publishes nothing else, and exactly one thread takes each stamp.
        let before = self.last_shown.swap(now.raw(), Ordering::Relaxed);
        if before != 0 {
            let took = clock::between(Ticks::from_raw(before), now);
            self.series.plain().drawn(took);
        }
    }
}

/// A frame that is being drawn. 16 bytes; two clock readings and a record.
#[derive(Debug)]
#[must_use = "a frame that is dropped at once took no time"]
pub struct FrameScope {
    series: &'static FrameSeries,
    start: Start,
}

impl FrameScope {
    #[inline]
    fn begin(series: &'static FrameSeries) -> Self {
        Self {
            series,
            start: Start::now(),
        }
    }
}

impl Drop for FrameScope {
    #[inline]
    fn drop(&mut self) {
        if !self.start.has_unwound() {
            self.series.drawn(self.start.elapsed());
        }
    }
}

/// A frame whose end the code reports; never reported, it is not recorded. 16 bytes.
#[doc(hidden)]
#[derive(Debug)]
#[must_use = "a frame that is not ended is not recorded"]
pub struct JudgedFrame {
    series: &'static FrameSeries,
    start: Ticks,
}

impl JudgedFrame {
    #[inline]
    fn begin(series: &'static FrameSeries) -> Self {
        Self {
            series,
            start: clock::ticks(),
        }
    }

    /// Ends the frame.
    #[inline]
    pub fn end(self) {
        self.series.drawn(clock::since(self.start));
    }
}
