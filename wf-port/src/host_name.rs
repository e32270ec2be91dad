//! Host names as they stand in a `Host` header, without the port.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// A host without a port: a name, an IPv4 address or an IPv6 address in brackets.
///
/// Two of them are equal when they differ only in case, in a final dot or in the spelling of the
/// address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostName(pub(crate) Host);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    Ip(IpAddr),
    /// In lower case, without the final dot.
    Name(String),
}

/// The error for a text that is no host name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not a host name; give one name or address without scheme, port or wildcard, such as metrics.example, 192.0.2.7 or [2001:db8::7], and a name beyond ASCII in its xn-- form"
)]
pub struct HostNameError {
    text: String,
}

impl FromStr for HostName {
    type Err = HostNameError;

    fn from_str(text: &str) -> Result<Self, HostNameError> {
        let host = address(text).map(Host::Ip).or_else(|| name(text));
        host.map(Self)
            .ok_or_else(|| HostNameError { text: text.into() })
    }
}

fn address(text: &str) -> Option<IpAddr> {
    let bracketed = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let ip = match bracketed {
        Some(inner) => IpAddr::V6(inner.parse::<Ipv6Addr>().ok()?),
        None => IpAddr::V4(text.parse().ok()?),
    };
    Some(ip.to_canonical())
}

fn name(text: &str) -> Option<Host> {
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_label = |label: &str| {
        let mut bytes = label.bytes();
        !label.is_empty() && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    name.split('.')
        .all(is_label)
        .then(|| Host::Name(name.to_ascii_lowercase()))
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Host::Ip(IpAddr::V6(ip)) => write!(f, "[{ip}]"),
            Host::Ip(ip) => ip.fmt(f),
            Host::Name(name) => name.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_without_a_port_are_hosts() {
        for (text, shown) in [
            ("Metrics.Example.", "metrics.example"),
            ("my_host-1", "my_host-1"),
            ("192.0.2.7", "192.0.2.7"),
            ("[2001:DB8:0::7]", "[2001:db8::7]"),
            ("[::ffff:192.0.2.7]", "192.0.2.7"),
        ] {
            let host: HostName = text.parse().unwrap();
            assert_eq!(host.to_string(), shown);
            assert_eq!(host.to_string().parse(), Ok(host));
        }
    }

    #[test]
    fn invalid_host_names_are_rejected_and_the_error_shows_valid_ones() {
        for text in [
            "",
            " ",
            ".",
            "..",
            ".metrics.example",
            "a..b",
            "metrics.example:9464",
            "http://metrics.example",
            "//metrics.example",
            "metrics.example/",
            "*",
            "*.metrics.example",
            " metrics.example",
            "a,b",
            "u@h",
            "10.0.0.0/8",
            "2001:db8::7",
            "[2001:db8::7]:80",
            "[192.0.2.7]",
            "[::1",
            "bücher.example",
        ] {
            let error = text.parse::<HostName>().unwrap_err().to_string();
            assert!(
                error.contains(&format!("{text:?}")) && error.contains("such as metrics.example"),
                "{error}"
            );
        }
    }
}
