//! A stream whose writes fail after a time limit.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use crate::limits::Limits;
use crate::slots::Slot;

/// A stream that fails a write when the peer does not take it in time.
///
/// The time limit applies to everything that was written since the last flush, not to each piece:
/// a peer that takes a byte now and then is too slow as well. While another connection waits for
/// the slot, the shorter [`Limits::write_timeout_when_full`] applies.
#[derive(Debug)]
pub(crate) struct WriteTimeout<S> {
    stream: S,
    slot: Arc<Slot>,
    limits: Limits,
    deadline: Option<Pin<Box<Sleep>>>,
    shortened: bool,
}

impl<S> WriteTimeout<S> {
    pub(crate) const fn new(stream: S, slot: Arc<Slot>, limits: Limits) -> Self {
        Self {
            stream,
            slot,
            limits,
            deadline: None,
            shortened: false,
        }
    }

    /// Returns the result of the stream, or an error when it is pending past the deadline.
    fn limit<T>(
        &mut self,
        result: Poll<io::Result<T>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if result.is_ready() {
            return result;
        }
        let timed_out = || io::ErrorKind::TimedOut.into();
        self.deadline().as_mut().poll(cx).map(|()| Err(timed_out()))
    }

    fn deadline(&mut self) -> &mut Pin<Box<Sleep>> {
        let limits = self.limits;
        let deadline = self
            .deadline
            .get_or_insert_with(|| Box::pin(sleep(limits.write_timeout)));
        if !self.shortened && self.slot.is_close_requested() {
            self.shortened = true;
            let shorter = Instant::now() + limits.write_timeout_when_full;
            if shorter < deadline.deadline() {
                deadline.as_mut().reset(shorter);
            }
        }
        deadline
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WriteTimeout<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WriteTimeout<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.limit(result, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.limit(result, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(cx);
        let result = self.limit(result, cx);
        if result.is_ready() {
            self.deadline = None;
            self.shortened = false;
            self.slot.flushed();
        }
        result
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.limit(result, cx)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::timeout;

    use super::*;
    use crate::slots::Slots;

    const TIMEOUT: Duration = Duration::from_secs(10);
    const TIMEOUT_WHEN_FULL: Duration = Duration::from_secs(1);

    const LIMITS: Limits = Limits {
        max_connections: 1,
        header_timeout: TIMEOUT,
        write_timeout: TIMEOUT,
        write_timeout_when_full: TIMEOUT_WHEN_FULL,
        max_header_bytes: 8 << 10,
        accept_retry: TIMEOUT_WHEN_FULL,
    };

    async fn pair() -> (Slots, WriteTimeout<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(8);
        let slots = Slots::new(1);
        let slot = slots.acquire().await;
        (
            slots,
            WriteTimeout::new(ours, Arc::new(slot), LIMITS),
            theirs,
        )
    }

    async fn write(
        stream: &mut WriteTimeout<DuplexStream>,
        bytes: usize,
    ) -> Result<(), io::ErrorKind> {
        let written = timeout(TIMEOUT * 100, stream.write_all(&vec![0; bytes])).await;
        written
            .expect("the write ends")
            .map_err(|error| error.kind())
    }

    async fn take(mut peer: DuplexStream, bytes: usize, every: Duration) {
        for _ in 0..bytes {
            sleep(every).await;
            peer.read_u8().await.unwrap();
        }
        sleep(Duration::MAX).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_to_a_peer_that_takes_nothing_times_out() {
        let (_slots, mut stream, _peer) = pair().await;
        let begin = Instant::now();
        assert_eq!(write(&mut stream, 9).await, Err(io::ErrorKind::TimedOut));
        assert_eq!(begin.elapsed(), TIMEOUT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_to_a_peer_that_takes_a_byte_now_and_then_times_out() {
        let (_slots, mut stream, peer) = pair().await;
        tokio::spawn(take(peer, 100, TIMEOUT * 9 / 10));
        let begin = Instant::now();
        assert_eq!(write(&mut stream, 64).await, Err(io::ErrorKind::TimedOut));
        assert_eq!(begin.elapsed(), TIMEOUT);
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_limit_starts_anew_after_a_flush() {
        let (_slots, mut stream, peer) = pair().await;
        tokio::spawn(take(peer, 100, TIMEOUT / 4));
        for _ in 0..10 {
            stream.write_all(&[0; 2]).await.unwrap();
            stream.flush().await.unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_shorter_limit_applies_while_another_connection_waits() {
        let (slots, mut stream, _peer) = pair().await;
        let begin = Instant::now();
        stream.slot.begin_response();
        tokio::spawn(async move {
            sleep(TIMEOUT_WHEN_FULL * 2).await;
            slots.request_free_slot();
        });
        // A connection goes on writing when it is asked to close.
        let slot = Arc::clone(&stream.slot);
        let mut write = std::pin::pin!(write(&mut stream, 9));
        tokio::select! {
            _ = &mut write => panic!("the write ended early"),
            () = slot.close_requested() => {}
        }
        assert_eq!(write.await, Err(io::ErrorKind::TimedOut));
        assert_eq!(begin.elapsed(), TIMEOUT_WHEN_FULL * 3);
    }
}
