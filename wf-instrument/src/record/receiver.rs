//! The receiving end of a channel of tokens, measured item by item.

use std::sync::mpsc;
use std::time::Duration;

use super::Generation;
use super::progress::Judgement;
use super::stream::{end, orphan};

/// Receives from `receiver`, and counts each item and the end at the generation. The end is reached
/// when every sender is dropped.
///
/// Items less than 100 µs apart end one interval ([`Progress::Tokens`](super::Progress::Tokens)):
/// tokens that may wait in the channel should carry a [`Stamp`](super::Stamp).
///
/// A channel's receiver cannot be measured behind its own type: return this in its place. 8 bytes
/// more than the receiver and what `judge` captures; dropped before its end, the generation was
/// cancelled. A sender dropped by a panic looks like the end of the items: send `Err` items where
/// that matters, and judge them [`Progress::Failed`](super::Progress::Failed). Receivers of `std`
/// are served in any build, those of tokio and crossbeam-channel with the features of these names.
///
/// ```
/// use std::sync::mpsc;
/// use wf_instrument::record::{MeasureReceiver, Progress};
/// use wf_instrument::registry;
///
/// let chat = registry::generation("receiver example", "Answers people.", None)?;
/// let (sender, receiver) = mpsc::channel();
/// let mut tokens = MeasureReceiver::new(receiver, chat.arrive(), |_| Progress::Tokens(1));
/// std::thread::spawn(move || ["Well", ", hello"].map(|token| sender.send(token)));
/// let mut text = String::new();
/// while let Ok(token) = tokens.recv() {
///     text.push_str(token);
/// }
/// assert_eq!(text, "Well, hello");
/// # Ok::<(), registry::RegistryError>(())
/// ```
#[derive(Debug)]
#[must_use = "a receiver that is dropped at once cancels its generation"]
pub struct MeasureReceiver<R, J> {
    receiver: R,
    generation: Option<Generation>,
    judge: J,
}

/// A receiver that can be measured: those of std's, crossbeam-channel's and tokio's channels of one
/// consumer.
pub trait Receives: sealed::Sealed {
    /// The type of the items.
    type Item;
}

mod sealed {
    pub trait Sealed {}
}

impl<T> sealed::Sealed for mpsc::Receiver<T> {}

impl<T> Receives for mpsc::Receiver<T> {
    type Item = T;
}

impl<R: Receives, J: Fn(&R::Item) -> V, V: Judgement> MeasureReceiver<R, J> {
    /// Measures the items of `receiver` as the response of `generation`; `judge` returns the
    /// progress that each brings.
    pub fn new(receiver: R, generation: Generation, judge: J) -> Self {
        Self {
            receiver,
            generation: Some(generation),
            judge,
        }
    }

    /// Records an item, or the end.
    #[inline]
    fn record(&mut self, item: Option<&R::Item>) {
        match (item, &self.generation) {
            (Some(item), Some(generation)) => {
                if generation.enter_source(|| generation.record_item((self.judge)(item))) {
                    end(&mut self.generation);
                }
            }
            (Some(item), None) => orphan((self.judge)(item)),
            (None, _) => end(&mut self.generation),
        }
    }
}

impl<T, J: Fn(&T) -> V, V: Judgement> MeasureReceiver<mpsc::Receiver<T>, J> {
    /// Does the same as [`mpsc::Receiver::recv`]: blocks.
    ///
    /// # Errors
    ///
    /// Every sender is dropped.
    pub fn recv(&mut self) -> Result<T, mpsc::RecvError> {
        let received = self.receiver.recv();
        self.record(received.as_ref().ok());
        received
    }

    /// Does the same as [`mpsc::Receiver::try_recv`].
    ///
    /// # Errors
    ///
    /// No item has arrived yet, or every sender is dropped.
    pub fn try_recv(&mut self) -> Result<T, mpsc::TryRecvError> {
        let received = self.receiver.try_recv();
        if !matches!(received, Err(mpsc::TryRecvError::Empty)) {
            self.record(received.as_ref().ok());
        }
        received
    }

    /// Does the same as [`mpsc::Receiver::recv_timeout`]: blocks, for `timeout` at most.
    ///
    /// # Errors
    ///
    /// No item arrived in time, or every sender is dropped.
    pub fn recv_timeout(&mut self, timeout: Duration) -> Result<T, mpsc::RecvTimeoutError> {
        let received = self.receiver.recv_timeout(timeout);
        if !matches!(received, Err(mpsc::RecvTimeoutError::Timeout)) {
            self.record(received.as_ref().ok());
        }
        received
    }
}

impl<T, J: Fn(&T) -> V, V: Judgement> Iterator for MeasureReceiver<mpsc::Receiver<T>, J> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.recv().ok()
    }
}

#[cfg(feature = "crossbeam")]
mod crossbeam {
    use std::time::Duration;

    use crossbeam_channel::{Receiver, RecvError, RecvTimeoutError, TryRecvError};

    use super::{MeasureReceiver, Receives, sealed};
    use crate::record::Judgement;

    impl<T> sealed::Sealed for Receiver<T> {}

    impl<T> Receives for Receiver<T> {
        type Item = T;
    }

    impl<T, J: Fn(&T) -> V, V: Judgement> MeasureReceiver<Receiver<T>, J> {
        /// Does the same as [`Receiver::recv`]: blocks.
        ///
        /// # Errors
        ///
        /// The channel is empty, and every sender is dropped.
        pub fn recv(&mut self) -> Result<T, RecvError> {
            let received = self.receiver.recv();
            self.record(received.as_ref().ok());
            received
        }

        /// Does the same as [`Receiver::try_recv`].
        ///
        /// # Errors
        ///
        /// No item has arrived yet, or every sender is dropped.
        pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
            let received = self.receiver.try_recv();
            if !matches!(received, Err(TryRecvError::Empty)) {
                self.record(received.as_ref().ok());
            }
            received
        }

        /// Does the same as [`Receiver::recv_timeout`]: blocks, for `timeout` at most.
        ///
        /// # Errors
        ///
        /// No item arrived in time, or every sender is dropped.
        pub fn recv_timeout(&mut self, timeout: Duration) -> Result<T, RecvTimeoutError> {
            let received = self.receiver.recv_timeout(timeout);
            if !matches!(received, Err(RecvTimeoutError::Timeout)) {
                self.record(received.as_ref().ok());
            }
            received
        }
    }

    impl<T, J: Fn(&T) -> V, V: Judgement> Iterator for MeasureReceiver<Receiver<T>, J> {
        type Item = T;

        fn next(&mut self) -> Option<T> {
            self.recv().ok()
        }
    }
}

#[cfg(feature = "tokio")]
mod tokio {
    use std::pin::Pin;
    use std::task::{Context, Poll, ready};

    use futures_core::Stream;
    use tokio::sync::mpsc::{Receiver, UnboundedReceiver, error::TryRecvError};

    use super::{MeasureReceiver, Receives, sealed};
    use crate::record::Judgement;

    macro_rules! of_tokio {
        ($receiver:ident) => {
            impl<T> sealed::Sealed for $receiver<T> {}

            impl<T> Receives for $receiver<T> {
                type Item = T;
            }

            impl<T, J: Fn(&T) -> V, V: Judgement> MeasureReceiver<$receiver<T>, J> {
                /// Waits for the next item; `None` once every sender is dropped. Cancelled without
                /// a loss, as the receiver's own.
                pub async fn recv(&mut self) -> Option<T> {
                    std::future::poll_fn(|cx| self.poll_recv(cx)).await
                }

                /// Polls for the next item; ready with `None` once every sender is dropped.
                pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
                    let received = ready!(self.receiver.poll_recv(cx));
                    self.record(received.as_ref());
                    Poll::Ready(received)
                }

                /// The next item, if it has arrived.
                ///
                /// # Errors
                ///
                /// No item has arrived yet, or every sender is dropped.
                pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
                    let received = self.receiver.try_recv();
                    if !matches!(received, Err(TryRecvError::Empty)) {
                        self.record(received.as_ref().ok());
                    }
                    received
                }
            }

            impl<T, J: Fn(&T) -> V + Unpin, V: Judgement> Stream
                for MeasureReceiver<$receiver<T>, J>
            {
                type Item = T;

                fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
                    self.get_mut().poll_recv(cx)
                }
            }
        };
    }

    of_tokio!(Receiver);
    of_tokio!(UnboundedReceiver);
}
