//! The small files of `/proc` about this process and the host's memory.

use std::fs;
use std::time::{Duration, SystemTime};

use super::files::{Files, kibibytes_of, number_of, value_of};
use super::processors::Cpus;
use crate::number::to_f64;
use crate::reading::{ReadResult, Reason};
use crate::readings::{BlockIo, ProcessTotals, Resident, Swapped};
use wf_instrument::{Bytes, Nanos, PerSecond, Ratio};

/// `/proc/self/stat`, in the kernel's units. Times are in ticks of the clock, 100 a second on
/// every common architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    state: char,
    pub(super) major_faults: u64,
    user: u64,
    system: u64,
    pub(super) threads: u64,
    /// Ticks from the boot to this process's beginning.
    started: u64,
    /// None of a thread that has ended.
    virtual_memory: u64,
}

pub(super) fn stat(files: &mut Files) -> ReadResult<Stat> {
    files.read("proc/self/stat", parse_stat)
}

impl Stat {
    pub(super) fn cpu_time(&self) -> Nanos {
        ticks(self.user.saturating_add(self.system))
    }

    /// Checks whether the first thread has ended, and the process goes on with others.
    pub(super) const fn has_ended(&self) -> bool {
        has_ended(self.state)
    }

    /// The totals of a process whose host booted at `booted`, in seconds of Unix time. Where its
    /// first thread has ended, `mapped` says how much it has mapped.
    pub(super) fn totals(
        &self,
        booted: u64,
        mapped: impl FnOnce() -> ReadResult<Bytes>,
    ) -> ReadResult<ProcessTotals> {
        Ok(ProcessTotals {
            cpu_time: self.cpu_time(),
            started: after_boot(booted, self.started).ok_or("the process began past all time")?,
            virtual_memory: match self.has_ended() {
                true => mapped()?,
                false => Bytes::new(self.virtual_memory),
            },
        })
    }
}

/// The fields by their numbers in proc_pid_stat(5). The name, field 2, is in parentheses and may
/// hold any byte, parentheses too, so counting begins after the last one.
fn parse_stat(text: &str) -> Option<Stat> {
    let (_, after_name) = text.rsplit_once(')')?;
    let fields: Vec<&str> = after_name.split_ascii_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse().ok();
    Some(Stat {
        state: fields.first()?.chars().next()?,
        major_faults: field(12)?,
        user: field(14)?,
        system: field(15)?,
        threads: field(20)?,
        started: field(22)?,
        virtual_memory: field(23)?,
    })
}

/// A zombie, or dead (proc_pid_stat(5)).
pub(super) const fn has_ended(state: char) -> bool {
    matches!(state, 'Z' | 'X' | 'x')
}

fn after_boot(booted: u64, started: u64) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH
        .checked_add(Duration::from_secs(booted))?
        .checked_add(Duration::from(ticks(started)))
}

pub(super) fn ticks(count: u64) -> Nanos {
    let tick = NANOS_PER_SECOND / procfs::ticks_per_second().max(1);
    Nanos::new(count.saturating_mul(tick))
}

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// `/proc/self/status`; each part may be missing by itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Status {
    mapped: Option<u64>,
    resident: Option<u64>,
    peak: Option<u64>,
    anonymous: Option<u64>,
    file: Option<u64>,
    shared: Option<u64>,
    swapped: Option<u64>,
    allowed: Option<Cpus>,
}

pub(super) fn status(files: &mut Files) -> ReadResult<Status> {
    files.read(&files.of_process("status"), |text| Some(parse_status(text)))
}

impl Status {
    pub(super) fn mapped(&self) -> ReadResult<Bytes> {
        self.mapped.map(Bytes::new).ok_or_else(|| lacks("VmSize"))
    }

    pub(super) fn resident(&self) -> ReadResult<Bytes> {
        self.resident.map(Bytes::new).ok_or_else(|| lacks("VmRSS"))
    }

    pub(super) fn peak(&self) -> ReadResult<Bytes> {
        self.peak.map(Bytes::new).ok_or_else(|| lacks("VmHWM"))
    }

    pub(super) fn swapped(&self) -> ReadResult<Bytes> {
        self.swapped.map(Bytes::new).ok_or_else(|| lacks("VmSwap"))
    }

    pub(super) fn parts(&self) -> ReadResult<Resident> {
        Ok(Resident {
            anonymous: part(self.anonymous, "RssAnon")?,
            file: part(self.file, "RssFile")?,
            shared: part(self.shared, "RssShmem")?,
        })
    }

    /// The processors that this one thread may run on.
    pub(super) fn allowed(&self) -> ReadResult<Cpus> {
        self.allowed
            .clone()
            .ok_or_else(|| lacks("Cpus_allowed_list"))
    }
}

fn parse_status(text: &str) -> Status {
    Status {
        mapped: kibibytes_of(text, "VmSize"),
        resident: kibibytes_of(text, "VmRSS"),
        peak: kibibytes_of(text, "VmHWM"),
        anonymous: kibibytes_of(text, "RssAnon"),
        file: kibibytes_of(text, "RssFile"),
        shared: kibibytes_of(text, "RssShmem"),
        swapped: kibibytes_of(text, "VmSwap"),
        allowed: allowed(text),
    }
}

pub(super) fn allowed(text: &str) -> Option<Cpus> {
    value_of(text, "Cpus_allowed_list").and_then(Cpus::parse)
}

fn part(bytes: Option<u64>, key: &str) -> ReadResult<Bytes> {
    bytes.map(Bytes::new).ok_or_else(|| lacks(key))
}

fn lacks(key: &str) -> Reason {
    format!("/proc/self/status has no {key} that is a size or a list").into()
}

pub(super) fn resident(files: &mut Files) -> ReadResult<Bytes> {
    let path = files.of_process("statm");
    files.read_again(&path, |text| parse_resident(text, procfs::page_size()))
}

/// The second field counts resident pages (proc_pid_statm(5)). A thread that has ended has none,
/// and no other has none.
fn parse_resident(text: &str, page_size: u64) -> Option<Bytes> {
    let pages: u64 = text.split_ascii_whitespace().nth(1)?.parse().ok()?;
    let bytes = pages.checked_mul(page_size)?;
    (bytes > 0).then(|| Bytes::new(bytes))
}

pub(super) fn block_io(files: &mut Files) -> ReadResult<BlockIo> {
    files.read("proc/self/io", parse_block_io)
}

fn parse_block_io(text: &str) -> Option<BlockIo> {
    Some(BlockIo {
        read: Bytes::new(number_of(text, "read_bytes")?),
        written: Bytes::new(number_of(text, "write_bytes")?),
    })
}

/// The number of open file descriptors. Since Linux 6.2 the directory's size says it; before, every
/// one is listed, about 0.5 µs each.
pub(super) fn open_fds(files: &Files) -> ReadResult<u64> {
    let path = files.of_process("fd");
    match fs::metadata(files.at(&path)).map(|directory| directory.len()) {
        Ok(count) if count > 0 => Ok(count),
        _ => listed(files, &path),
    }
}

/// The limit of open file descriptors; `u64::MAX` for none.
pub(super) fn max_fds(files: &mut Files) -> ReadResult<u64> {
    files.read("proc/self/limits", parse_max_fds)
}

/// Listing opens the directory, which then lists itself too, unless it is of a thread that has
/// ended.
fn listed(files: &Files, path: &str) -> ReadResult<u64> {
    let count = files.count(path)?;
    count
        .checked_sub(1)
        .ok_or("the thread whose open files were listed has ended".into())
}

fn parse_max_fds(text: &str) -> Option<u64> {
    let soft = text
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?
        .split_ascii_whitespace()
        .next()?;
    match soft {
        "unlimited" => Some(u64::MAX),
        count => count.parse().ok(),
    }
}

/// The host's memory, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HostMemory {
    pub(super) total: u64,
    available: u64,
    swap: Option<u64>,
}

pub(super) fn host_memory(files: &mut Files) -> ReadResult<HostMemory> {
    files.read_again("proc/meminfo", parse_host_memory)
}

impl HostMemory {
    /// Returns whether the host has no swap space.
    pub(super) fn is_without_swap(&self) -> bool {
        self.swap == Some(0)
    }

    pub(super) fn used(&self) -> ReadResult<Ratio> {
        let used = self.total.saturating_sub(self.available);
        Ratio::of(to_f64(used), to_f64(self.total)).ok_or("the host has no memory".into())
    }
}

fn parse_host_memory(text: &str) -> Option<HostMemory> {
    Some(HostMemory {
        total: kibibytes_of(text, "MemTotal").filter(|total| *total > 0)?,
        available: kibibytes_of(text, "MemAvailable")?,
        swap: kibibytes_of(text, "SwapTotal"),
    })
}

pub(super) fn host_swap(files: &mut Files) -> ReadResult<Swapped> {
    files.read("proc/vmstat", |text| {
        parse_host_swap(text, procfs::page_size())
    })
}

/// Bytes a second, both ways together.
pub(super) fn swapping(before: &Swapped, now: &Swapped, span: Nanos) -> ReadResult<PerSecond> {
    let moved = |of: &Swapped| of.read.get().saturating_add(of.written.get());
    let bytes = moved(now).checked_sub(moved(before));
    bytes
        .and_then(|bytes| PerSecond::of(bytes, span))
        .ok_or("the count of swapped pages went backwards".into())
}

fn parse_host_swap(text: &str, page_size: u64) -> Option<Swapped> {
    let bytes = |key: &str| number_of(text, key)?.checked_mul(page_size).map(Bytes::new);
    Some(Swapped {
        read: bytes("pswpin")?,
        written: bytes("pswpout")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_is_the_one_that_binds() {
        let limits = "Limit  Soft  Hard  Units\nMax open files            1024  524288  files\n";
        assert_eq!(parse_max_fds(limits), Some(1024));
        assert_eq!(
            parse_max_fds("Max open files  unlimited  unlimited  files"),
            Some(u64::MAX)
        );
        assert_eq!(parse_max_fds("Max open files"), None);
    }

    #[test]
    fn listing_counts_each_file_but_its_own() {
        let files = Files::new(env!("CARGO_MANIFEST_DIR").into());
        let sources = fs::read_dir(files.at("src/linux")).unwrap().count();
        let counted = files.count("src/linux").unwrap();
        assert_eq!(usize::try_from(counted).unwrap(), sources);
        assert!(
            files
                .count("src/nothing")
                .unwrap_err()
                .starts_with("/src/nothing: ")
        );
        assert!(listed(&Files::new("/".into()), "proc/self/fd").unwrap() >= 3);
    }
}
