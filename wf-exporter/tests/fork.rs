//! A forked child inherits no socket of its parent's exporter, and starts its own.
//!
//! One test to a process: concurrent tests would open sockets.
#![cfg(target_os = "linux")]
#![expect(unsafe_code, reason = "fork is unsafe")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use tokio::runtime::Builder;
use wf_exporter::Exporter;

/// The child runs while the parent stops: a descriptor that it had inherited would keep the port or
/// a connection open.
#[test]
fn a_forked_child_holds_no_socket_of_its_parent_and_serves_its_own_port() {
    // With its feature `signal`, which another package of a build may enable, tokio's first
    // runtime opens a pair of sockets for the whole process: they are not the exporter's, and stay
    // open.
    drop(Builder::new_current_thread().enable_io().build().unwrap());
    let before = open_descriptors();
    let exporter = Exporter::builder()
        .address(([127, 0, 0, 1], 0))
        .start()
        .unwrap();
    let address = exporter.local_addr();
    let mut idle = TcpStream::connect(address).unwrap();
    idle.set_read_timeout(Some(DEADLINE)).unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        .unwrap();
    idle.read_exact(&mut [0; 16]).unwrap();
    let (mut to_child, mut in_child) = std::io::pipe().map(|(r, w)| (w, r)).unwrap();
    let (mut from_child, mut to_parent) = std::io::pipe().unwrap();

    let ours = [
        fd(&idle),
        fd(&to_child),
        fd(&in_child),
        fd(&from_child),
        fd(&to_parent),
    ];
    // SAFETY: the child runs our own code, and ends by `_exit`.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: only sets a timer that ends the child, should it hang.
        unsafe { libc::alarm(60) };
        let inherited: Vec<_> = open_descriptors().difference(&before).cloned().collect();
        let clean = inherited.iter().all(|(number, _)| ours.contains(number));
        if !clean {
            let _lost = writeln!(
                std::io::stderr(),
                "inherited: {inherited:?}, of which ours: {ours:?}"
            );
        }
        // The copies of the child: those of the parent are not affected.
        drop((exporter, idle));
        let takes_over = serve_in_child(address, clean, &mut to_parent, &mut in_child);
        // SAFETY: ends the process without running its exit handlers.
        unsafe { libc::_exit(i32::from(!takes_over)) };
    }
    let mut report = [0; 2];
    from_child.read_exact(&mut report).unwrap();
    assert_eq!(report, [1, 1], "the child is clean and serves its own page");
    assert!(
        scrape(address).contains("\nwf_build_info{"),
        "the parent still serves"
    );

    exporter.stop();
    // The child still runs, so a descriptor that it had inherited would keep them open.
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).unwrap();
    assert!(TcpStream::connect(address).is_err(), "the port is closed");
    let again = Exporter::builder().address(address).start().unwrap();
    assert!(scrape(address).contains("\nwf_build_info{"));
    again.stop();

    to_child.write_all(&[0]).unwrap();
    let mut status = 0;
    // SAFETY: `status` is valid for the call.
    let ended = unsafe { libc::waitpid(child, &raw mut status, 0) };
    assert_eq!(
        (ended, libc::WIFEXITED(status), libc::WEXITSTATUS(status)),
        (child, true, 0)
    );
}

/// Serves an exporter in the child, and reports to the parent if the child is clean and if it
/// serves. Once the parent has stopped, returns whether the child can bind its address.
fn serve_in_child(
    address: SocketAddr,
    clean: bool,
    to_parent: &mut impl Write,
    from_parent: &mut impl Read,
) -> bool {
    let serves = |own: &Exporter| scrape(own.local_addr()).contains("\nwf_build_info{");
    let own = Exporter::builder()
        .address(([127, 0, 0, 1], 0))
        .start()
        .unwrap();
    to_parent
        .write_all(&[u8::from(clean), u8::from(serves(&own))])
        .unwrap();
    from_parent.read_exact(&mut [0]).unwrap();
    let takes_over = Exporter::builder().address(address).start();
    takes_over.is_ok_and(|own| serves(&own))
}

/// Longer than any test needs: only a failing test waits this long.
const DEADLINE: Duration = Duration::from_secs(20);

fn scrape(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let request = format!("GET /metrics HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    let _ended = stream.shutdown(Shutdown::Both);
    page
}

fn fd(owner: &impl std::os::fd::AsRawFd) -> i32 {
    owner.as_raw_fd()
}

/// The descriptors of this process, except the one that lists them, and their targets.
fn open_descriptors() -> BTreeSet<(i32, String)> {
    let listed = fs::read_dir("/proc/self/fd").unwrap();
    let paths = listed.map(|entry| entry.unwrap().path());
    let open = paths.filter_map(|path| {
        let number = path.file_name()?.to_str()?.parse().ok()?;
        Some((number, fs::read_link(path).ok()?.display().to_string()))
    });
    open.filter(|(_, target)| !target.ends_with("/fd"))
        .collect()
}
