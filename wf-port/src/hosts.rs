//! Host names that a port accepts.

use std::net::{IpAddr, SocketAddr};

use hyper::header::HOST;
use hyper::http::uri::Authority;
use hyper::{Request, StatusCode, Version};

use crate::host_name::{Host, HostName};

/// Host names that requests to a port may use.
///
/// A web page can make a name of its own resolve to this machine (DNS rebinding). For the browser,
/// what it then fetches from here belongs to the page's own origin, so the page may read it. The
/// request still carries that name. A port therefore accepts only names that no other party
/// controls: `localhost` and names below it, loopback addresses, the address that it is bound to,
/// and [allowed](Hosts::allow) names, such as the [name of its address](crate::Address::name).
/// The port number after the name is not compared, because it may have been forwarded.
#[derive(Clone, Debug)]
pub struct Hosts {
    bound: IpAddr,
    allowed: Vec<HostName>,
}

/// The reason why a request is rejected by its host name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// The request names no host, but its version of HTTP requires one.
    #[error("the request has no Host header; HTTP/1.1 requires one")]
    Missing,
    /// The request has several headers `Host`.
    #[error("the request has {count} Host headers; send one")]
    Several {
        /// Number of headers.
        count: usize,
    },
    /// The header is not a host with or without a port.
    #[error("the Host header {text:?} is not a host name; send one such as localhost")]
    Malformed {
        /// Value of the header.
        text: String,
    },
    /// The host is not one of [`Hosts`].
    #[error(
        "this port does not accept the host {host:?}; use localhost or 127.0.0.1, or allow that name where the port is opened"
    )]
    Unknown {
        /// Host in the request.
        host: String,
    },
}

impl HostError {
    /// HTTP status of the response: 421 for an unknown host, 400 for the rest.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Unknown { .. } => StatusCode::MISDIRECTED_REQUEST,
            Self::Missing | Self::Several { .. } | Self::Malformed { .. } => {
                StatusCode::BAD_REQUEST
            }
        }
    }
}

impl Hosts {
    /// Returns the hosts of a port that is bound to `address`. A port that is bound to all
    /// addresses of the machine accepts every address, but no further name.
    #[must_use]
    pub const fn bound_to(address: SocketAddr) -> Self {
        Self {
            bound: address.ip(),
            allowed: Vec::new(),
        }
    }

    /// Accepts `name` too.
    #[must_use]
    pub fn allow(mut self, name: HostName) -> Self {
        self.allowed.push(name);
        self
    }

    /// Checks the host in the target and in the `Host` header of a request. A request before
    /// HTTP/1.1 needs no header; no browser sends such requests.
    ///
    /// # Errors
    ///
    /// If a host is unknown or malformed, or the header is missing or repeated.
    pub fn check<B>(&self, request: &Request<B>) -> Result<(), HostError> {
        if let Some(authority) = request.uri().authority() {
            self.check_host(authority.as_str())?;
        }
        let mut hosts = request.headers().get_all(HOST).iter();
        match (hosts.next(), hosts.count()) {
            (None, _) if request.version() < Version::HTTP_11 => Ok(()),
            (None, _) => Err(HostError::Missing),
            (Some(host), 0) => self.check_host(&String::from_utf8_lossy(host.as_bytes())),
            (Some(_), others) => Err(HostError::Several { count: others + 1 }),
        }
    }

    fn check_host(&self, text: &str) -> Result<(), HostError> {
        let malformed = || HostError::Malformed { text: text.into() };
        let authority: Authority = text.parse().map_err(|_| malformed())?;
        let host = authority.host();
        let port = authority
            .as_str()
            .strip_prefix(host)
            .ok_or_else(malformed)?;
        let has_port = port.is_empty()
            || port
                .strip_prefix(':')
                .is_some_and(|digits| digits.is_empty() || is_port(digits));
        if !has_port {
            return Err(malformed());
        }
        match self.accepts(host) {
            true => Ok(()),
            false => Err(HostError::Unknown { host: host.into() }),
        }
    }

    fn accepts(&self, host: &str) -> bool {
        let Ok(host) = host.parse::<HostName>() else {
            return false;
        };
        self.allowed.contains(&host)
            || match &host.0 {
                Host::Ip(ip) => self.accepts_ip(*ip),
                Host::Name(name) => is_local(name),
            }
    }

    // No other party can make an address resolve to this machine, so a port that is bound to all
    // addresses accepts any.
    fn accepts_ip(&self, ip: IpAddr) -> bool {
        let bound = self.bound.to_canonical();
        ip.is_loopback() || ip == bound || bound.is_unspecified()
    }
}

// Resolvers answer for `localhost` and names below it by themselves (RFC 6761, 6.3).
fn is_local(name: &str) -> bool {
    name.rsplit('.').next() == Some("localhost")
}

/// Digits alone: the number's own parser takes a sign too.
pub(crate) fn is_port(text: &str) -> bool {
    text.bytes().all(|digit| digit.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use proptest::prelude::*;

    use super::*;

    const LOCAL: SocketAddr = SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 9464);

    fn request(target: &str, version: Version, hosts: &[&[u8]]) -> Request<()> {
        let mut request = Request::builder().uri(target).version(version);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        request.body(()).unwrap()
    }

    fn check(hosts: &Hosts, host: &str) -> Result<(), HostError> {
        hosts.check(&request("/", Version::HTTP_11, &[host.as_bytes()]))
    }

    #[test]
    fn names_and_addresses_of_this_machine_are_accepted() {
        for host in [
            "localhost",
            "LocalHost",
            "localhost.",
            "localhost:9464",
            "localhost:8080",
            "localhost:",
            "wf.localhost",
            "127.0.0.1",
            "127.0.0.1:9464",
            "127.9.9.9",
            "[::1]",
            "[::1]:9464",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]",
        ] {
            assert_eq!(check(&Hosts::bound_to(LOCAL), host), Ok(()), "{host}");
        }
    }

    #[test]
    fn foreign_host_names_are_rejected_with_421() {
        for host in [
            "evil.example",
            "evil.example:9464",
            "localhost.evil.example",
            "notlocalhost",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "[::2]",
            "[2001:db8::1]:80",
            "0.0.0.0",
            "[::]",
            "2130706433",
            "0x7f.1",
            "127.1",
            "localhost,evil.example",
        ] {
            let error = check(&Hosts::bound_to(LOCAL), host).unwrap_err();
            assert_eq!(error.status(), StatusCode::MISDIRECTED_REQUEST, "{host}");
            assert!(error.to_string().contains("use localhost"), "{error}");
        }
    }

    #[test]
    fn malformed_hosts_are_rejected_with_400() {
        for host in [
            "",
            " ",
            "a b",
            "localhost:80:80",
            "localhost:http",
            "localhost:99999",
            "localhost:+80",
            "user@localhost",
            "http://localhost",
            "localhost/metrics",
            "::1",
            "[::1",
        ] {
            let error = check(&Hosts::bound_to(LOCAL), host).unwrap_err();
            assert_eq!(error.status(), StatusCode::BAD_REQUEST, "{host:?}: {error}");
        }
        let bytes = request("/", Version::HTTP_11, &[b"localhost\xff"]);
        assert!(Hosts::bound_to(LOCAL).check(&bytes).is_err());
    }

    #[test]
    fn a_host_is_needed_once_from_http_1_1_on() {
        let hosts = Hosts::bound_to(LOCAL);
        let check = |version, names: &[&[u8]]| hosts.check(&request("/", version, names));
        assert_eq!(check(Version::HTTP_10, &[]), Ok(()));
        assert_eq!(check(Version::HTTP_11, &[]), Err(HostError::Missing));
        let twice: &[&[u8]] = &[b"localhost", b"localhost"];
        assert_eq!(
            check(Version::HTTP_11, twice),
            Err(HostError::Several { count: 2 })
        );
        assert!(check(Version::HTTP_10, &[b"evil.example"]).is_err());
    }

    #[test]
    fn the_host_of_an_absolute_target_is_checked_too() {
        let hosts = Hosts::bound_to(LOCAL);
        let check = |target: &str| {
            let request = request(target, Version::HTTP_11, &[b"localhost"]);
            hosts.check(&request)
        };
        assert_eq!(check("http://localhost:9464/metrics"), Ok(()));
        assert!(check("http://evil.example/metrics").is_err());
        assert!(check("http://localhost@evil.example/").is_err());
    }

    #[test]
    fn the_bound_address_and_allowed_names_are_accepted() {
        let bound =
            Hosts::bound_to(([192, 0, 2, 7], 80).into()).allow("Metrics.Example".parse().unwrap());
        for host in [
            "192.0.2.7:80",
            "metrics.example",
            "METRICS.example.:80",
            "localhost",
        ] {
            assert_eq!(check(&bound, host), Ok(()), "{host}");
        }
        for host in ["192.0.2.8", "x.metrics.example"] {
            assert!(check(&bound, host).is_err(), "{host}");
        }
        let proxied = bound.allow("[2001:db8::8]".parse().unwrap());
        assert_eq!(check(&proxied, "[2001:DB8:0::8]:80"), Ok(()));
        let everywhere = Hosts::bound_to(([0, 0, 0, 0], 80).into());
        assert_eq!(check(&everywhere, "192.0.2.8"), Ok(()));
        assert!(check(&everywhere, "evil.example").is_err());
    }

    proptest! {
        #[test]
        fn no_host_header_causes_a_panic(host in proptest::collection::vec(b' '..=255_u8, 0..40)) {
            prop_assume!(!host.contains(&127));
            let _ = Hosts::bound_to(LOCAL).check(&request("/", Version::HTTP_11, &[&host]));
        }
    }
}
