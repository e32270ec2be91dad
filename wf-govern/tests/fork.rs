//! A forked child can drop a watch and a governor of its parent, and use its copy of a gate.
#![cfg(unix)]
#![expect(unsafe_code, reason = "fork is unsafe")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[cfg(target_os = "linux")]
use std::thread;

/// The threads run in the parent, so the child has none to join.
#[test]
fn a_forked_child_drops_watch_and_governor_without_waiting() {
    use wf_govern::Governor;
    use wf_sense::{Sensors, Watch};

    let watch = Watch::start(Sensors::new()).unwrap();
    let governor = Governor::builder().start().unwrap();
    // SAFETY: the child drops what takes no lock in a child, and ends by `_exit`.
    let id = unsafe { libc::fork() };
    if id == 0 {
        // SAFETY: only sets a timer that ends the child, should it hang.
        unsafe { libc::alarm(60) };
        drop((watch, governor));
        // SAFETY: ends the process and runs nothing of it.
        unsafe { libc::_exit(0) };
    }
    let mut status = 0;
    // SAFETY: `status` lives for the call.
    let ended = unsafe { libc::waitpid(id, &raw mut status, 0) };
    assert_eq!(
        (ended, libc::WIFEXITED(status), libc::WEXITSTATUS(status)),
        (id, true, 0)
    );
    drop((watch, governor));
}

/// The gate's thread runs in the parent, so the child starts one of its own.
#[cfg(target_os = "linux")]
#[test]
fn a_wait_in_a_forked_child_is_rejected_by_its_deadline() {
    use std::time::Duration;

    use wf_govern::gate::Gate;

    let gate = Gate::new(1, 10, Duration::from_millis(5));
    let _permit = gate.admit_blocking().unwrap();
    assert!(gate.admit_blocking().is_err());
    // A child cannot use a gate while another thread is inside a call on it.
    while !sleeps("wf-gate") {
        thread::yield_now();
    }
    // SAFETY: the child uses a gate while no thread is inside a call on it, and ends by `_exit`.
    let id = unsafe { libc::fork() };
    if id == 0 {
        // SAFETY: only sets a timer that ends the child, should it hang.
        unsafe { libc::alarm(60) };
        let admitted = i32::from(gate.admit_blocking().is_ok());
        // SAFETY: ends the process and runs nothing of it.
        unsafe { libc::_exit(admitted) };
    }
    let mut status = 0;
    // SAFETY: `status` lives for the call.
    let ended = unsafe { libc::waitpid(id, &raw mut status, 0) };
    assert_eq!(
        (ended, libc::WIFEXITED(status), libc::WEXITSTATUS(status)),
        (id, true, 0)
    );
}

/// Returns whether the thread of this name sleeps.
#[cfg(target_os = "linux")]
fn sleeps(name: &str) -> bool {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let stats =
        tasks.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("stat")).ok());
    stats
        .filter(|stat| stat.contains(&format!("({name})")))
        .any(|stat| stat.contains(") S "))
}
