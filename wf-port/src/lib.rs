//! HTTP/1 ports that no peer can hold.
//!
//! A [`Port`] accepts connections up to a limit and gives each a seat. Where all seats are taken, the
//! peer that has been idle longest leaves for the next one; where none is idle, each leaves after the
//! answer at hand, and a peer that does not take its answer is cut off. [`Hosts`] are the names under
//! which a port may be asked, so that a web page cannot reach it by a name of its own (DNS rebinding).
//! An [`Address`] is where a port listens, by number or by name.
//!
//! Built on hyper and tokio; starts no thread and no runtime, and spawns no task.

mod address;
mod answer;
mod hosts;
mod limits;
mod patient;
mod port;
mod seats;
mod visitor;

pub use self::address::{Address, AddressError};
pub use self::hosts::{HostError, Hosts};
pub use self::limits::Limits;
pub use self::port::Port;
pub use self::visitor::{Crowd, Visitor};
