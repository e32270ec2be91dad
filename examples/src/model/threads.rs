//! One thread a matrix: the settings that make many small multiplications fast.
//!
//! Two variables decide how candle splits work, and candle reads them as it goes. Unset, every
//! multiplication asks the operating system for the number of cores again (a fifth of the speed),
//! and element-wise work waits at a spinning barrier. A server gets its parallelism from serving
//! several sequences, so within one it wants none.

use std::{env, io, process::Command};

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

const VARIABLES: [&str; 2] = ["RAYON_NUM_THREADS", "CANDLE_NUM_THREADS"];

/// Makes sure this process computes each tensor operation on the calling thread.
///
/// Call it first thing in `main`. A process cannot safely change its own environment once it may
/// have threads, so this replaces the process by itself with both variables set to 1, which takes
/// about a millisecond and keeps the process id. Variables that are already set are respected.
///
/// # Errors
/// When the program's own file cannot be run again; the model then works, only slower.
pub fn single() -> io::Result<()> {
    let missing = VARIABLES
        .into_iter()
        .filter(|name| env::var_os(name).is_none());
    let mut again = Command::new(env::current_exe()?);
    again
        .args(env::args_os().skip(1))
        .envs(missing.clone().map(|name| (name, "1")));
    if missing.count() == 0 {
        Ok(())
    } else {
        run_instead(&mut again)
    }
}

#[cfg(unix)]
fn run_instead(command: &mut Command) -> io::Result<()> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
fn run_instead(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    std::process::exit(status.code().unwrap_or(1))
}

/// A rayon pool that is the calling thread alone, so that no operation hops to the global pool.
///
/// Each worker thread that calls [`Sequence`](super::Sequence) makes one and keeps it as long as it
/// works: 16 such workers then run side by side instead of queueing at one pool.
///
/// # Errors
/// When the calling thread already belongs to a pool.
pub fn own_pool() -> Result<ThreadPool, ThreadPoolBuildError> {
    ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build()
}
