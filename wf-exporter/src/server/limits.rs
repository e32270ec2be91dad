//! How much of the process scrapers may take.

use std::time::Duration;

/// How many connections, and how long each may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Connections that are served at once. Prometheus holds one.
    pub(super) connections: usize,
    /// Connections beyond those that are told so at once; more are closed without a word.
    pub(super) refusals: usize,
    /// How long a request's header may take to arrive, counted from when the connection is ready for it.
    pub(super) request: Duration,
    /// How long a response may take to be taken.
    pub(super) response: Duration,
    /// How long a connection is kept for further requests.
    pub(super) life: Duration,
    /// How long a refused connection may take to hear of it.
    pub(super) refusal: Duration,
    /// How long to wait after a connection could not be accepted.
    pub(super) retry: Duration,
    /// A request's header in bytes; hyper's smallest buffer.
    pub(super) header: usize,
}

impl Limits {
    pub(super) const DEFAULT: Self = Self {
        connections: 16,
        refusals: 16,
        request: Duration::from_secs(5),
        response: Duration::from_secs(10),
        life: Duration::from_secs(60),
        refusal: Duration::from_secs(1),
        retry: Duration::from_millis(100),
        header: 8 << 10,
    };
}
