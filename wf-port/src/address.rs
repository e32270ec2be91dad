//! Addresses to listen on.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6, ToSocketAddrs};
use std::str::FromStr;

use crate::host_name::HostName;
use crate::hosts::is_port;

/// An address to listen on: a number and a port, or a name and a port (`localhost:9464`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Number(SocketAddr),
    Name(String),
}

/// The error for a text that is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not an address; give a host and a port, such as 127.0.0.1:9464, [::1]:9464 or localhost:9464"
)]
pub struct AddressError {
    text: String,
}

impl Address {
    /// Returns the host name, for [`Hosts::allow`](crate::Hosts::allow). `None` when the address is
    /// a number.
    #[must_use]
    pub fn name(&self) -> Option<HostName> {
        match &self.0 {
            Kind::Number(_) => None,
            Kind::Name(name) => name.rsplit_once(':')?.0.parse().ok(),
        }
    }

    /// Returns its socket addresses, those of IPv4 first because most clients use `127.0.0.1`.
    /// Looking up a name blocks and may use the network.
    ///
    /// # Errors
    ///
    /// If the name is not known, or the text is no address.
    pub fn resolve(&self) -> io::Result<Vec<SocketAddr>> {
        let name = match &self.0 {
            Kind::Number(address) => return Ok(vec![*address]),
            Kind::Name(name) => name,
        };
        check(name).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let mut found: Vec<_> = name.to_socket_addrs()?.collect();
        found.sort_by_key(SocketAddr::is_ipv6);
        found.dedup();
        match found.is_empty() {
            true => Err(io::Error::new(io::ErrorKind::NotFound, "no such host")),
            false => Ok(found),
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let address = Self::from(text);
        match &address.0 {
            Kind::Number(_) => Ok(address),
            Kind::Name(name) => check(name).map(|()| address),
        }
    }
}

/// Rejects a text that is no host and port. Only a look-up shows whether the host exists.
fn check(name: &str) -> Result<(), AddressError> {
    let wrong = || AddressError { text: name.into() };
    let (host, port) = name.rsplit_once(':').ok_or_else(wrong)?;
    let is_host = !host.is_empty() && !host.contains([':', '[', ']', '/', '@', ' ']);
    (is_host && is_port(port)).then_some(()).ok_or_else(wrong)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Number(address) => address.fmt(f),
            Kind::Name(name) => name.fmt(f),
        }
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        Self(Kind::Number(address))
    }
}

impl From<SocketAddrV4> for Address {
    fn from(address: SocketAddrV4) -> Self {
        Self(Kind::Number(address.into()))
    }
}

impl From<SocketAddrV6> for Address {
    fn from(address: SocketAddrV6) -> Self {
        Self(Kind::Number(address.into()))
    }
}

impl<I: Into<IpAddr>> From<(I, u16)> for Address {
    fn from(address: (I, u16)) -> Self {
        Self(Kind::Number(address.into()))
    }
}

/// [`Address::resolve`] returns an error for a text that is no address.
impl From<&str> for Address {
    fn from(text: &str) -> Self {
        Self(match text.parse() {
            Ok(address) => Kind::Number(address),
            Err(_) => Kind::Name(text.to_owned()),
        })
    }
}

/// [`Address::resolve`] returns an error for a text that is no address.
impl From<String> for Address {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_localhost_are_addresses() {
        for text in ["127.0.0.1:0", "[::1]:9464"] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.resolve().unwrap(), [text.parse().unwrap()]);
            assert_eq!(address.to_string(), text);
        }
        let local: Address = "localhost:9464".parse().unwrap();
        let found = local.resolve().unwrap();
        assert!(
            found
                .iter()
                .all(|address| address.ip().is_loopback() && address.port() == 9464),
            "{found:?}"
        );
        assert_eq!(Address::from(([127, 0, 0, 1], 1)), "127.0.0.1:1".into());
    }

    #[test]
    fn an_address_with_a_host_name_returns_the_name() {
        let name = Address::from("Node-7.example:80").name().unwrap();
        assert_eq!(name.to_string(), "node-7.example");
        for text in ["192.0.2.7:80", "[::1]:80", "here"] {
            assert_eq!(Address::from(text).name(), None, "{text}");
        }
    }

    #[test]
    fn invalid_addresses_are_rejected_and_the_error_shows_valid_ones() {
        for text in [
            "",
            ":",
            ":80",
            "here",
            "localhost",
            "localhost:",
            "localhost:http",
            "localhost:+80",
            "localhost:65536",
            "::1",
            "::1:80",
            "[::1]",
            "http://localhost:80",
            "a b:80",
            "u@h:80",
        ] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(error.contains("such as 127.0.0.1:9464"), "{error}");
            assert!(Address::from(text).resolve().is_err(), "{text}");
        }
    }
}
