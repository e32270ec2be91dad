//! How much of a process its peers may take.

use std::time::Duration;

/// How many connections, and how long each may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once.
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
    /// The wait after a connection could not be accepted, which is mostly for want of a descriptor.
    pub retry: Duration,
}
