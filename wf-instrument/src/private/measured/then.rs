//! A future with a function applied to its output.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Returns a future of `finish` applied to the output of `future`.
///
/// An async block that awaits a captured future would store it twice; this polls it in place.
#[inline]
pub const fn then<F, M, T>(future: F, finish: M) -> Then<F, M>
where
    F: Future,
    M: FnOnce(F::Output) -> T,
{
    Then {
        future,
        finish: Some(finish),
    }
}

pin_project_lite::pin_project! {
    /// The future of [`then`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Then<F, M> {
        #[pin]
        future: F,
        finish: Option<M>,
    }
}

impl<F, M, T> Future for Then<F, M>
where
    F: Future,
    M: FnOnce(F::Output) -> T,
{
    type Output = T;

    /// # Panics
    ///
    /// If it is polled after it was ready.
    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let this = self.project();
        let unwound = Unwound(this.finish);
        let polled = this.future.poll(cx);
        mem::forget(unwound);
        let output = ready!(polled);
        let finish = this.finish.take().expect("not polled after it was ready");
        Poll::Ready(finish(output))
    }
}

/// Dropped only where a poll panics: drops `finish`, and with it the call in flight, as an async
/// block would.
struct Unwound<'a, M>(&'a mut Option<M>);

impl<M> Drop for Unwound<'_, M> {
    fn drop(&mut self) {
        *self.0 = None;
    }
}
