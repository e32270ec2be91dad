//! Thread settings of candle and rayon, for many small matrices on few cores.
//!
//! Candle reads two variables at each operation. If they are unset, every multiplication queries
//! the number of cores (a fifth of the speed), and element-wise work waits at a spinning barrier. A
//! server runs several sequences in parallel, so each sequence needs one thread only.

use std::{env, io, process::Command};

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// Makes each tensor operation run on the calling thread.
///
/// Call it first thing in `main`. A process cannot safely change its own environment once it may
/// have threads, so this executes the program again with the variables set, which takes about a
/// millisecond and keeps the process id. Variables that are already set are respected.
///
/// # Errors
/// When the program cannot be executed again; the model then runs, only slower.
pub fn single() -> io::Result<()> {
    restart_with(&SINGLE)
}

/// As [`single`], and a sequence returns its memory to the operating system.
///
/// By default glibc keeps memory once a large block was freed. The next sequences then zero and
/// keep all that they may use: 50 MB for a long generation of `m15`, however early its client
/// cancels.
///
/// # Errors
/// As [`single`].
pub fn single_returning_memory() -> io::Result<()> {
    restart_with(&[&SINGLE[..], &RETURN_MEMORY].concat())
}

/// As [`single`], and freed memory is kept for the next tensor.
///
/// Training allocates and frees hundreds of megabytes per step: returning them to the operating
/// system costs as much as the arithmetic.
///
/// # Errors
/// As [`single`].
pub fn single_keeping_memory() -> io::Result<()> {
    restart_with(&[&SINGLE[..], &KEEP_MEMORY].concat())
}

/// A rayon pool of the calling thread alone, so that no operation uses the global pool.
///
/// Each worker thread that advances a [`Sequence`](super::Sequence) keeps one while it
/// runs; otherwise all workers queue at one pool.
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

/// Read by glibc only: every block of 128 KiB or more (its default) stays a mapping of its own.
const RETURN_MEMORY: [(&str, &str); 1] = [("MALLOC_MMAP_THRESHOLD_", "131072")];

/// Read by glibc only: no mapping per tensor (32 MiB is the highest accepted value), and no heap is
/// returned.
const KEEP_MEMORY: [(&str, &str); 3] = [
    ("MALLOC_MMAP_THRESHOLD_", "33554432"),
    ("MALLOC_TRIM_THRESHOLD_", "4294967296"),
    ("MALLOC_TOP_PAD_", "268435456"),
];
