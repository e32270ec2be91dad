//! HTTP/1 ports whose connections are bounded in number and time.
//!
//! A [`Port`] accepts connections up to a limit and gives each a seat. Where all seats are taken,
//! the connection that has been idle longest is closed for the next one. Where none is idle, each
//! is closed after its current answer, and a peer that does not read its answer is cut off.
//! [`Hosts`] are the names under which a port answers, so that a web page cannot reach it by a name
//! of its own (DNS rebinding). An [`Address`] is where a port listens, by number or by name.
//!
//! Built on hyper and tokio; starts no thread and no runtime, and spawns no task.

mod address;
mod answer;
mod host_name;
mod hosts;
mod limits;
mod patient;
mod port;
mod seats;
mod visitor;

pub use self::address::{Address, AddressError};
pub use self::host_name::{HostName, HostNameError};
pub use self::hosts::{HostError, Hosts};
pub use self::limits::Limits;
pub use self::port::Port;
pub use self::visitor::{Crowd, Visitor};
