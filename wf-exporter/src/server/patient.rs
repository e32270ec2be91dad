//! A stream that waits for its peer, but not for ever.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// Fails a write where what was written since the last flush is not taken by the peer within `patience` of the first wait.
///
/// The whole counts, not each piece: a peer that takes a byte now and then is too slow as well.
#[derive(Debug)]
pub(super) struct Patient<S> {
    stream: S,
    patience: Duration,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    pub(super) const fn new(stream: S, patience: Duration) -> Self {
        Self {
            stream,
            patience,
            deadline: None,
        }
    }

    /// Passes on what the stream said; where that is "wait", sees to it that the wait ends.
    fn wait<T>(&mut self, said: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if said.is_ready() {
            return said;
        }
        let patience = self.patience;
        let deadline = self
            .deadline
            .get_or_insert_with(|| Box::pin(sleep(patience)));
        deadline
            .as_mut()
            .poll(cx)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let said = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.wait(said, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let said = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.wait(said, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let said = Pin::new(&mut self.stream).poll_flush(cx);
        let said = self.wait(said, cx);
        if said.is_ready() {
            self.deadline = None;
        }
        said
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let said = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.wait(said, cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::{Instant, timeout};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    fn pair() -> (Patient<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(8);
        (Patient::new(ours, PATIENCE), theirs)
    }

    async fn write(stream: &mut Patient<DuplexStream>, bytes: usize) -> Result<(), io::ErrorKind> {
        let written = timeout(PATIENCE * 100, stream.write_all(&vec![0; bytes])).await;
        written
            .expect("it is given up")
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
    async fn a_peer_that_takes_nothing_is_given_up() {
        let (mut stream, _peer) = pair();
        let begin = Instant::now();
        assert_eq!(write(&mut stream, 9).await, Err(io::ErrorKind::TimedOut));
        assert_eq!(begin.elapsed(), PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_takes_a_byte_now_and_then_is_given_up_too() {
        let (mut stream, peer) = pair();
        tokio::spawn(take(peer, 100, PATIENCE * 9 / 10));
        let begin = Instant::now();
        assert_eq!(write(&mut stream, 64).await, Err(io::ErrorKind::TimedOut));
        assert_eq!(begin.elapsed(), PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn patience_begins_anew_after_a_flush() {
        let (mut stream, peer) = pair();
        tokio::spawn(take(peer, 100, PATIENCE / 4));
        for _ in 0..10 {
            stream.write_all(&[0; 2]).await.unwrap();
            stream.flush().await.unwrap();
        }
    }
}
