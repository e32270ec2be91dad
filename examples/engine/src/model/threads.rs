//! One thread a matrix: the settings that make many small multiplications fast.
//!
//! Two variables decide how candle splits work, and candle reads them as it goes. Unset, every
//! multiplication asks the operating system for the number of cores again (a fifth of the speed),
//! and element-wise work waits at a spinning barrier. A server gets its parallelism from serving
//! several sequences, so within one it wants none.

use std::{env, io, process::Command};

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// Makes sure this process computes each tensor operation on the calling thread.
///
/// Call it first thing in `main`. A process cannot safely change its own environment once it may
/// have threads, so this replaces the process by itself with the variables set, which takes about a
/// millisecond and keeps the process id. Variables that are already set are respected.
///
/// # Errors
/// When the program's own file cannot be run again; the model then works, only slower.
pub fn single() -> io::Result<()> {
    restart_with(&SINGLE)
}

/// As [`single`], and the keys and values of a sequence go back to the operating system with it.
///
/// glibc stops doing so once a large block has been freed. The blocks of the next sequences then
/// come out of what was kept, cleared to their last byte, and the process holds what all of them
/// might ever use: 50 MB each for a long answer of the model `m15`, however early its client left.
///
/// # Errors
/// As [`single`].
pub fn single_returning_memory() -> io::Result<()> {
    restart_with(&[&SINGLE[..], &RETURN_MEMORY].concat())
}

/// As [`single`], and memory that a tensor gives back is kept for the next one.
///
/// Training frees and takes hundreds of megabytes a step: handing them back to the operating system
/// each time costs as much as the arithmetic.
///
/// # Errors
/// As [`single`].
pub fn single_keeping_memory() -> io::Result<()> {
    restart_with(&[&SINGLE[..], &KEEP_MEMORY].concat())
}

/// A rayon pool that is the calling thread alone, so that no operation hops to the global pool.
///
/// Each worker thread that advances a [`Sequence`](super::Sequence) makes one and keeps it as long
/// as it works: 16 such workers then run side by side instead of queueing at one pool.
///
/// # Errors
/// When the calling thread already belongs to a pool.
pub fn own_pool() -> Result<ThreadPool, ThreadPoolBuildError> {
    ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build()
}

fn restart_with(variables: &[(&str, &str)]) -> io::Result<()> {
    let unset = |(name, _): &&(&str, &str)| env::var_os(name).is_none();
    let missing: Vec<_> = variables.iter().filter(unset).copied().collect();
    if missing.is_empty() {
        return Ok(());
    }
    run_instead(
        Command::new(env::current_exe()?)
            .args(env::args_os().skip(1))
            .envs(missing),
    )
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

const SINGLE: [(&str, &str); 2] = [("RAYON_NUM_THREADS", "1"), ("CANDLE_NUM_THREADS", "1")];

/// Read by glibc, without effect elsewhere: every block of its own default of 128 KiB or more is a
/// mapping of its own, for good.
const RETURN_MEMORY: [(&str, &str); 1] = [("MALLOC_MMAP_THRESHOLD_", "131072")];

/// Read by glibc, without effect elsewhere: no mapping of its own for a tensor (32 MiB is the most
/// that is accepted), and no heap is given back.
const KEEP_MEMORY: [(&str, &str); 3] = [
    ("MALLOC_MMAP_THRESHOLD_", "33554432"),
    ("MALLOC_TRIM_THRESHOLD_", "4294967296"),
    ("MALLOC_TOP_PAD_", "268435456"),
];
