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
    files.read("proc/diskstats", |text| Some(parse(text)))
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

/// Leaves out `ram`, `loop` and `zram` devices, which wait for memory or for another disk.
fn parse(text: &str) -> Vec<Disk> {
    text.lines()
        .filter_map(|line| DiskStat::from_line(line).ok())
        .filter(|disk| {
            !["ram", "loop", "zram"]
                .iter()
                .any(|kind| disk.name.starts_with(kind))
        })
        .map(|disk| Disk::of(&disk))
        .collect()
}

impl Disk {
    fn of(stat: &DiskStat) -> Self {
        let sum = |counts: [Option<u64>; 4]| {
            counts
                .into_iter()
                .flatten()
                .fold(0_u64, u64::saturating_add)
        };
        let DiskStat {
            reads,
            writes,
            discards,
            flushes,
            ..
        } = *stat;
        Self {
            number: (stat.major, stat.minor),
            finished: sum([Some(reads), Some(writes), discards, flushes]),
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
}
