//! The answer to a connection too many.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

#[cfg(unix)]
use super::inherited;
use super::limits::Limits;

/// Says so, without reading a request. Then waits a moment for the peer to close: closing first, with its request unread, would make the
/// system discard the answer.
pub(super) async fn refuse(mut stream: TcpStream, limits: Limits) {
    #[cfg(unix)]
    let _closed = inherited::closed_in_child(&stream);
    let tell = async {
        stream.write_all(ANSWER.as_bytes()).await?;
        stream.shutdown().await?;
        let mut unread = [0; 512];
        while stream.read(&mut unread).await? > 0 {}
        Ok::<_, std::io::Error>(())
    };
    let _heard_or_not = timeout(limits.refusal, tell).await;
}

const ANSWER: &str = "HTTP/1.1 503 Service Unavailable\r\n\
    content-type: text/plain; charset=utf-8\r\n\
    content-length: 45\r\n\
    retry-after: 5\r\n\
    connection: close\r\n\
    \r\n\
    too many connections; try again in 5 seconds\n";
