//! `/proc/self/stat`: the processor time and threads of this process, and when it began.

use std::time::{Duration, SystemTime};

use super::files::Files;
use crate::reading::ReadResult;
use crate::readings::ProcessTotals;
use wf_instrument::{Bytes, Nanos};

/// What the file says, in the kernel's units. Times are in ticks of the clock, 100 a second on every common architecture.
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

pub(super) fn read(files: &mut Files) -> ReadResult<Stat> {
    files.read("proc/self/stat", parse)
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

/// The fields by their numbers in proc_pid_stat(5). The name, field 2, is in parentheses and may hold any byte, parentheses too, so
/// counting begins after the last one.
fn parse(text: &str) -> Option<Stat> {
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
