//! File descriptors of the server's thread that a forked child must not inherit: it would keep the
//! port and every connection open.
#![expect(
    unsafe_code,
    reason = "descriptors are closed by their numbers, in a child that does not use them"
)]

use std::os::fd::{AsFd, AsRawFd, RawFd};

use wf_instrument::fork::CloseInChild;

/// Closes a socket of the server's in each child that is forked while the result lives. The result
/// has to be dropped before the socket.
pub(super) fn closed_in_child(socket: &impl AsFd) -> CloseInChild {
    close(socket.as_fd().as_raw_fd())
}

/// Does the same for the descriptors that the runtime opened for itself: the epoll
/// instance that `socket` is registered with, and the one that wakes it.
///
/// The runtime does not report them. Linux does.
#[cfg(target_os = "linux")]
pub(super) fn runtime_closed_in_child(socket: &impl AsFd) -> Vec<CloseInChild> {
    let descriptors = linux::of_runtime(socket.as_fd().as_raw_fd());
    descriptors.into_iter().flatten().map(close).collect()
}

/// Closes nothing: a child does not inherit a kqueue.
#[cfg(not(target_os = "linux"))]
pub(super) fn runtime_closed_in_child(_socket: &impl AsFd) -> Vec<CloseInChild> {
    Vec::new()
}

fn close(descriptor: RawFd) -> CloseInChild {
    // SAFETY:
    // - the server's thread opens and closes it, and drops this first;
    // - its owner lives on that thread, which a child forked by another thread does not have. A
    //   child that a collector forks on the server's thread must not return from the collector, as
    //   documented there.
    unsafe { CloseInChild::new(descriptor) }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeSet;
    use std::fs;
    use std::os::fd::RawFd;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    /// The epoll instance that watches `socket`, by each of its numbers, and everything else that
    /// it watches.
    pub(super) fn of_runtime(socket: RawFd) -> Option<BTreeSet<RawFd>> {
        let inode = fs::metadata(format!("/proc/self/fd/{socket}")).ok()?.ino();
        let mut found = BTreeSet::new();
        for entry in fs::read_dir("/proc/self/fd").ok()? {
            let name = entry.ok()?.file_name();
            let info = fs::read_to_string(Path::new("/proc/self/fdinfo").join(&name));
            let watched = info.map(|info| watched(&info)).unwrap_or_default();
            if watched.contains(&(socket, inode)) {
                found.extend(name.to_str()?.parse::<RawFd>());
                found.extend(watched.iter().map(|&(descriptor, _)| descriptor));
            }
        }
        found.remove(&socket);
        Some(found)
    }

    /// The descriptors and inodes that an epoll instance watches, as `/proc/self/fdinfo` lists them
    /// since Linux 5.1.
    fn watched(info: &str) -> Vec<(RawFd, u64)> {
        let lines = info.lines().filter_map(|line| line.strip_prefix("tfd:"));
        let watched = lines.filter_map(|line| {
            let descriptor = line.split_ascii_whitespace().next()?.parse().ok()?;
            let (_, inode) = line.split_once(" ino:")?;
            let inode = inode.split_ascii_whitespace().next()?;
            Some((descriptor, u64::from_str_radix(inode, 16).ok()?))
        });
        watched.collect()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn watched_descriptors_are_read_as_the_kernel_writes_them() {
            let info = "pos:\t0\nflags:\t02000002\nmnt_id:\t16\nino:\t1057\n\
                tfd:        9 events: 80000001 data: ffffffff  pos:0 ino:421 sdev:10\n\
                tfd:       11 events: 8000201d data: 7f3a2c  pos:0 ino:1c6aa sdev:9\n\
                tfd: x\ntfd:\n";
            assert_eq!(watched(info), [(9, 0x421), (11, 0x1_c6aa)]);
        }
    }
}
