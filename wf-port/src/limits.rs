//! Limits on connections.

use std::time::Duration;

/// The number of connections, and the time that each may take.
///
/// A value out of range counts as the nearest in range. The longest time is a year.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; at least 1.
    pub connections: usize,
    /// The longest time for the header of a request to arrive, counted from when the connection is
    /// ready for it; so also the longest pause between two requests.
    pub request: Duration,
    /// The longest time for what was written to be taken by the peer.
    pub response: Duration,
    /// The same while others wait for a seat.
    pub hurried_response: Duration,
    /// The largest header of a request in bytes; at least 8,192.
    pub header: usize,
    /// The wait after a connection could not be accepted: mostly no file descriptor was free.
    pub retry: Duration,
}

impl Limits {
    /// The nearest limits with which neither a timer nor hyper panics.
    pub(crate) fn in_range(self) -> Self {
        Self {
            connections: self.connections.max(1),
            request: self.request.min(LONGEST),
            response: self.response.min(LONGEST),
            hurried_response: self.hurried_response.min(LONGEST),
            header: self.header.max(LEAST_HEADER),
            retry: self.retry.min(LONGEST),
        }
    }
}

/// A later moment may be none that the clock can name.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// hyper's own least size of a buffer.
const LEAST_HEADER: usize = 8 << 10;
