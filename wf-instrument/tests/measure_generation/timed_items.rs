//! Items that arrive at known times of a mock clock.

use std::rc::Rc;

use wf_instrument::Nanos;
use wf_instrument::clock::mock::Mock;

/// A mock clock that streams can share.
#[derive(Clone)]
pub(crate) struct Clock(Rc<Mock>);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Rc::new(Mock::start()))
    }

    pub(crate) fn wait(&self, millis: u64) {
        self.0.advance(Nanos::from_millis(millis));
    }

    /// Yields each item after its milliseconds.
    pub(crate) fn timed<T, const N: usize>(
        &self,
        items: [(u64, T); N],
    ) -> impl Iterator<Item = T> + use<T, N>
    where
        T: 'static,
    {
        let clock = self.clone();
        items.into_iter().map(move |(millis, item)| {
            clock.wait(millis);
            item
        })
    }
}
