//! `/proc/diskstats`: how long requests wait for the busiest disk.

use procfs::DiskStat;

use super::files::Files;
use crate::sensor::reading::Answer;
use crate::units::Nanos;

/// What one device has done since the boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Disk {
    number: (i32, i32),
    /// Requests that finished.
    finished: u64,
    /// How long those took, waiting and being served, in milliseconds.
    took: u64,
    /// Requests not finished yet.
    in_flight: u64,
    /// Milliseconds in which any was in flight.
    active: u64,
    /// Milliseconds in flight, summed over all requests, finished or not.
    waited: u64,
}

/// Every disk; empty where the machine has none.
pub(super) fn read(files: &mut Files) -> Answer<Vec<Disk>> {
    files.read("proc/diskstats", parse)
}

/// The mean wait for the disk that was active longest between two readings; unknown where no disk is in both.
pub(super) fn wait(earlier: &[Disk], later: &[Disk]) -> Answer<Nanos> {
    later
        .iter()
        .filter_map(|disk| {
            let before = earlier.iter().find(|other| other.number == disk.number)?;
            disk.since(before)
        })
        .max_by_key(|disk| disk.active)
        .map(|busiest| busiest.mean_wait())
        .ok_or("no disk's counters went on from the reading before".into())
}

impl Disk {
    fn of(stat: &DiskStat) -> Self {
        Self {
            number: (stat.major, stat.minor),
            finished: sum([
                Some(stat.reads),
                Some(stat.writes),
                stat.discards,
                stat.flushes,
            ]),
            took: sum([
                Some(stat.time_reading),
                Some(stat.time_writing),
                stat.time_discarding,
                stat.time_flushing,
            ]),
            in_flight: stat.in_progress,
            active: stat.time_in_progress,
            waited: stat.weighted_time_in_progress,
        }
    }

    fn since(&self, before: &Self) -> Option<Self> {
        Some(Self {
            finished: self.finished.checked_sub(before.finished)?,
            took: self.took.checked_sub(before.took)?,
            active: self.active.checked_sub(before.active)?,
            waited: self.waited.checked_sub(before.waited)?,
            ..*self
        })
    }

    /// As `await` of iostat(1) where requests finished. A disk that hangs finishes none: then how long those in flight have waited.
    fn mean_wait(&self) -> Nanos {
        let (millis, requests) = match self.finished {
            0 => (self.waited, self.in_flight),
            finished => (self.took, finished),
        };
        Nanos::new(Nanos::from_millis(millis).get() / requests.max(1))
    }
}

/// One line that is not understood spoils the rest: it may be the busiest disk's, or the only one's.
fn parse(text: &str) -> Option<Vec<Disk>> {
    let mut disks = Vec::new();
    for line in text.lines() {
        let stat = DiskStat::from_line(line).ok()?;
        if !waits_for_another(&stat.name) {
            disks.push(Disk::of(&stat));
        }
    }
    Some(disks)
}

/// Devices that keep their blocks in memory, or in a file on another disk.
fn waits_for_another(name: &str) -> bool {
    ["ram", "loop", "zram"]
        .iter()
        .any(|kind| name.starts_with(kind))
}

/// Old kernels leave out the last counters.
fn sum(counters: [Option<u64>; 4]) -> u64 {
    counters.into_iter().flatten().fold(0, u64::saturating_add)
}
