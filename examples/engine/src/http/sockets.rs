//! The kernel's list of TCP sockets.

use std::collections::HashSet;
use std::fs::read_to_string;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Local and remote address of each socket of this network namespace that has an owner; `None` if
/// the kernel offers no list.
pub(super) fn owned() -> Option<HashSet<(SocketAddr, SocketAddr)>> {
    let four = read_to_string("/proc/self/net/tcp").ok()?;
    // Missing in a kernel without IPv6.
    let six = read_to_string("/proc/self/net/tcp6").unwrap_or_default();
    let sockets = four.lines().skip(1).chain(six.lines().skip(1));
    Some(sockets.filter_map(socket).collect())
}

/// Parses a line; `None` for a socket without an owner, which the kernel keeps for late packets.
fn socket(line: &str) -> Option<(SocketAddr, SocketAddr)> {
    let mut fields = line.split_ascii_whitespace().skip(1);
    let (local, remote) = (fields.next()?, fields.next()?);
    let inode = fields.nth(6)?;
    (inode != "0").then_some((address(local)?, address(remote)?))
}

/// Parses `0100007F:1F90`: 32-bit words in native byte order, and a port.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let word = |at: usize| {
        let digits = ip.get(at..at + 8)?;
        u32::from_str_radix(digits, 16).ok().map(u32::to_ne_bytes)
    };
    let ip = match ip.len() {
        8 => IpAddr::V4(Ipv4Addr::from(word(0)?)),
        32 => {
            let words = [word(0)?, word(8)?, word(16)?, word(24)?];
            let octets = <[u8; 16]>::try_from(words.concat()).ok()?;
            IpAddr::V6(Ipv6Addr::from(octets))
        }
        _ => return None,
    };
    Some(SocketAddr::new(
        ip.to_canonical(),
        u16::from_str_radix(port, 16).ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As printed by a little-endian kernel.
    #[cfg(target_endian = "little")]
    #[test]
    fn a_line_is_a_socket_with_an_owner() {
        let line = |inode: &str| {
            format!(
                "   3: 0100007F:ED4E 0100007F:D109 05 00000000:00000000 00:00000000 00000000     0        0 {inode} 1 0000000000000000 20 4 30 10 -1"
            )
        };
        let ends = ("127.0.0.1:60750", "127.0.0.1:53513");
        let ends = (ends.0.parse().unwrap(), ends.1.parse().unwrap());
        assert_eq!(socket(&line("193792")), Some(ends));
        assert_eq!(socket(&line("0")), None);
    }

    #[cfg(target_endian = "little")]
    #[test]
    fn an_address_is_one_of_either_version() {
        let parsed = |text: &str| address(text).map(|address| address.to_string());
        let six = "00000000000000000000000001000000:0050";
        assert_eq!(parsed(six).as_deref(), Some("[::1]:80"));
        let mapped = "0000000000000000FFFF00000100007F:0050";
        assert_eq!(parsed(mapped).as_deref(), Some("127.0.0.1:80"));
    }

    #[test]
    fn what_is_no_line_is_no_socket() {
        for line in [
            "",
            "sl",
            "0: x y 1 2 3 4 5 6 7",
            "0: 0100007F: 0100007F:1 1 2 3 4 5 6 7",
            "0: é00007F:1 0:1 1 2 3 4 5 6 7",
        ] {
            assert_eq!(socket(line), None, "{line}");
        }
    }

    #[test]
    fn a_connection_of_this_process_is_found_by_both_of_its_ends() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let ends = (client.local_addr().unwrap(), client.peer_addr().unwrap());
        let Some(owned) = owned() else { return };
        assert!(owned.contains(&ends));
        let (server, _) = listener.accept().unwrap();
        drop(client);
        assert!(!super::owned().unwrap().contains(&ends));
        drop(server);
    }
}
