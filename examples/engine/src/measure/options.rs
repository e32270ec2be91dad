//! Settings of the instruments.

use std::time::Duration;

use wf_port::{Address, HostName};

/// Addresses, targets and mode of exporter and governor.
#[derive(Clone, Debug)]
pub struct Options {
    /// Address that Prometheus scrapes.
    pub metrics: Address,
    /// Host names that the endpoint answers to besides its own.
    pub allow_host: Vec<HostName>,
    /// Target for the time to first token.
    pub ttft_target: Duration,
    /// Target for the inter-token latency.
    pub itl_target: Duration,
    /// True for a governor that reports what it would do and moves nothing.
    pub advisory: bool,
}
