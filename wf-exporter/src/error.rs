//! The error of a start.

use std::io;
use std::net::SocketAddr;

use wf_port::{Address, HostNameError};

/// The reason why an exporter did not start. Nothing is left behind: no thread, no port.
///
/// The message does not contain the system's error, which [`source`](std::error::Error::source)
/// returns.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address can be reached from other machines.
    #[error(
        "{address} is not a loopback address, and reading from other machines needs a token, which \
         is not supported yet; use 127.0.0.1 or [::1] and let an agent on this machine forward it"
    )]
    NotLoopback {
        /// The requested address.
        address: SocketAddr,
    },
    /// The text is not an address, or its name is unknown.
    #[error("{}", not_found(address))]
    Resolve {
        /// The requested address.
        address: Address,
        /// The system's error.
        source: io::Error,
    },
    /// A name that was given to [`Builder::allow_host`](crate::Builder::allow_host) is not a host
    /// name.
    #[error(transparent)]
    HostName(#[from] HostNameError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}; choose another port, or port 0 for any that is free")]
    Bind {
        /// The requested address.
        address: Address,
        /// The system's error.
        source: io::Error,
    },
    /// The system gives no thread, or no event queue for one.
    #[error("cannot start the exporter's thread; raise the limit on threads or open files")]
    Thread {
        /// The system's error.
        source: io::Error,
    },
}

fn not_found(address: &Address) -> String {
    let text = address.to_string();
    match text.contains(':') {
        true => format!("cannot find {text}; use 127.0.0.1 or localhost, with a port"),
        false => format!("{text} has no port; give one, as in localhost:9464"),
    }
}
