//! HTTP/1 server sockets with a limit on connections and on the time that each may take.
//!
//! A [`Port`] accepts connections up to a limit and gives each a slot. When all slots are taken,
//! it closes the connection that has been idle longest. When none is idle, it closes each after
//! its current response, and cuts off a peer that does not read its response. [`Hosts`] are the
//! host names that a port accepts, so that a web page cannot reach it through a name of its own
//! (DNS rebinding). An [`Address`] is where a port listens, as a number or as a name.
//!
//! Built on hyper and tokio. Starts no thread and no runtime, and spawns no task.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
mod connection;
mod host_name;
mod hosts;
mod limits;
mod port;
mod response;
mod slots;
mod write_timeout;

pub use self::address::{Address, AddressError};
pub use self::connection::{CloseSignal, Connection};
pub use self::host_name::{HostName, HostNameError};
pub use self::hosts::{HostError, Hosts};
pub use self::limits::Limits;
pub use self::port::Port;
