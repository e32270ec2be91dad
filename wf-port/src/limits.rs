//! Limits on connections.

use std::time::Duration;

/// Maximum number of connections, and the time that each may take.
///
/// A value out of range is replaced by the nearest one in range. The longest time is a year.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Maximum number of connections at the same time; at least 1.
    pub max_connections: usize,
    /// Maximum time until the header of a request is complete, counted from when the connection
    /// is ready for it. It is therefore also the longest idle time between two requests.
    pub header_timeout: Duration,
    /// Maximum time until the peer has taken what was written.
    pub write_timeout: Duration,
    /// The same while another connection waits for a slot.
    pub write_timeout_when_full: Duration,
    /// Maximum size of the header of a request in bytes; at least 8,192.
    pub max_header_bytes: usize,
    /// Wait after a failed accept. The usual cause is that no file descriptor was free.
    pub accept_retry: Duration,
}

impl Limits {
    /// Returns the nearest limits with which neither a timer nor hyper panics.
    pub(crate) fn in_range(self) -> Self {
        Self {
            max_connections: self.max_connections.max(1),
            header_timeout: self.header_timeout.min(MAX_TIMEOUT),
            write_timeout: self.write_timeout.min(MAX_TIMEOUT),
            write_timeout_when_full: self.write_timeout_when_full.min(MAX_TIMEOUT),
            max_header_bytes: self.max_header_bytes.max(MIN_HEADER_BYTES),
            accept_retry: self.accept_retry.min(MAX_TIMEOUT),
        }
    }
}

/// Adding a longer time to the clock may overflow.
const MAX_TIMEOUT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Smallest buffer that hyper accepts.
const MIN_HEADER_BYTES: usize = 8 << 10;
