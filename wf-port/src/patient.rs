//! A stream that waits for its peer, but not for ever.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use crate::limits::Limits;
use crate::seats::Seat;

/// Fails a write where what was written since the last flush is not taken by the peer in time.
///
/// The whole counts, not each piece: a peer that takes a byte now and then is too slow as well.
/// While another peer waits for the seat, the shorter [`Limits::hurried_response`] applies.
#[derive(Debug)]
pub(crate) struct Patient<S> {
    stream: S,
    seat: Arc<Seat>,
    limits: Limits,
    deadline: Option<Pin<Box<Sleep>>>,
    hurried: bool,
}

impl<S> Patient<S> {
    pub(crate) const fn new(stream: S, seat: Arc<Seat>, limits: Limits) -> Self {
        Self {
            stream,
            seat,
            limits,
            deadline: None,
            hurried: false,
        }
    }

    /// Passes on what the stream said; a wait ends at the deadline.
    fn wait<T>(&mut self, said: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if said.is_ready() {
            return said;
        }
        let late = || io::ErrorKind::TimedOut.into();
        self.deadline().as_mut().poll(cx).map(|()| Err(late()))
    }

    fn deadline(&mut self) -> &mut Pin<Box<Sleep>> {
        let Limits {
            response,
            hurried_response,
            ..
        } = self.limits;
        let deadline = self
            .deadline
            .get_or_insert_with(|| Box::pin(sleep(response)));
        if !self.hurried && self.seat.is_asked() {
            self.hurried = true;
            let hurried = Instant::now() + hurried_response;
            if hurried < deadline.deadline() {
                deadline.as_mut().reset(hurried);
            }
        }
        deadline
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
            self.hurried = false;
            self.seat.written();
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
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::timeout;

    use super::*;
    use crate::seats::Seats;

    const PATIENCE: Duration = Duration::from_secs(10);
    const HURRIED: Duration = Duration::from_secs(1);

    const LIMITS: Limits = Limits {
        connections: 1,
        request: PATIENCE,
        response: PATIENCE,
        hurried_response: HURRIED,
        header: 8 << 10,
        retry: HURRIED,
    };

    async fn pair() -> (Seats, Patient<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(8);
        let seats = Seats::new(1);
        let seat = seats.take().await;
        (seats, Patient::new(ours, Arc::new(seat), LIMITS), theirs)
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
        let (_seats, mut stream, _peer) = pair().await;
        let begin = Instant::now();
        assert_eq!(write(&mut stream, 9).await, Err(io::ErrorKind::TimedOut));
        assert_eq!(begin.elapsed(), PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_takes_a_byte_now_and_then_is_given_up_too() {
        let (_seats, mut stream, peer) = pair().await;
        tokio::spawn(take(peer, 100, PATIENCE * 9 / 10));
        let begin = Instant::now();
        assert_eq!(write(&mut stream, 64).await, Err(io::ErrorKind::TimedOut));
        assert_eq!(begin.elapsed(), PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn patience_begins_anew_after_a_flush() {
        let (_seats, mut stream, peer) = pair().await;
        tokio::spawn(take(peer, 100, PATIENCE / 4));
        for _ in 0..10 {
            stream.write_all(&[0; 2]).await.unwrap();
            stream.flush().await.unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_whose_seat_another_waits_for_is_hurried() {
        let (seats, mut stream, _peer) = pair().await;
        let begin = Instant::now();
        stream.seat.answers();
        tokio::spawn(async move {
            sleep(HURRIED * 2).await;
            seats.make_room();
        });
        // As a connection does, which goes on writing when it is asked to leave.
        let seat = Arc::clone(&stream.seat);
        let mut write = std::pin::pin!(write(&mut stream, 9));
        tokio::select! {
            _ = &mut write => panic!("the peer was not hurried"),
            () = seat.asked() => {}
        }
        assert_eq!(write.await, Err(io::ErrorKind::TimedOut));
        assert_eq!(begin.elapsed(), HURRIED * 3);
    }
}
