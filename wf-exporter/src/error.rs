//! Why an exporter did not start.

use std::io;
use std::net::SocketAddr;

use wf_port::{Address, HostNameError};

/// Why an exporter did not start. Nothing is left behind: no thread, no port.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address can be reached from other machines.
    #[error(
        "{address} is not a loopback address, and reading from other machines needs a token, which is not supported yet; use \
         127.0.0.1 or [::1] and let an agent on this machine forward it"
    )]
    NotLoopback {
        /// The address that was asked for.
        address: SocketAddr,
    },
    /// The address is not one, or its name is not known.
    #[error("cannot find {address} ({source}); use 127.0.0.1 or localhost, with a port")]
    Resolve {
        /// The address that was asked for.
        address: Address,
        /// What the system says.
        source: io::Error,
    },
    /// A name that was given to [`Builder::allow_host`](crate::Builder::allow_host) is not a host.
    #[error(transparent)]
    HostName(#[from] HostNameError),
    /// The address cannot be listened on.
    #[error(
        "cannot listen on {address} ({source}); choose another port, or port 0 for any that is free"
    )]
    Bind {
        /// The address that was asked for.
        address: Address,
        /// What the system says.
        source: io::Error,
    },
    /// The system gives no thread, or no event queue for one.
    #[error(
        "cannot start the exporter's thread ({source}); raise the limit on threads or open files"
    )]
    Thread {
        /// What the system says.
        source: io::Error,
    },
}
