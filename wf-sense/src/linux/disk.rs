//! `/proc/diskstats`: how long requests wait for the busiest disk.

use procfs::DiskStat;

use super::files::Files;
use crate::reading::ReadResult;
use wf_instrument::Nanos;

/// Counters of one block device since the boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Disk {
    number: (i32, i32),
    /// Requests that finished.
    finished: u64,
    /// Time of those, in the queue and in service, in milliseconds.
    took: u64,
    /// Requests not finished yet.
    in_flight: u64,
    /// Milliseconds in which any was in flight.
    active: u64,
    /// Time for which requests have been in flight and none finished, at the reads so far. No
    /// counter of the kernel's grows meanwhile: since Linux 5.0 it adds a request's time when the
    /// request has finished.
    stuck: Nanos,
}

/// Every disk; empty where the machine has none.
pub(super) fn read(files: &mut Files) -> ReadResult<Vec<Disk>> {
    files.read("proc/diskstats", parse)
}

/// Returns the mean wait of a request: for the disk that finishes none, where there is one, else on
/// average for the disk that was active longest between two readings `span` apart. Unknown where no
/// disk is in both.
pub(super) fn wait(earlier: &[Disk], later: &mut [Disk], span: Nanos) -> ReadResult<Nanos> {
    let mut busiest: Option<Disk> = None;
    for disk in later {
        let before = earlier.iter().find(|other| other.number == disk.number);
        let Some(since) = before.and_then(|before| disk.since(before)) else {
            continue;
        };
        if let Some(before) = before.filter(|before| since.is_stuck(before)) {
            disk.stuck = before.stuck.plus(span);
        }
        let since = Disk {
            stuck: disk.stuck,
            ..since
        };
        let order = |disk: &Disk| (disk.hang(), disk.active);
        busiest = busiest.into_iter().chain([since]).max_by_key(order);
    }
    busiest
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
            stuck: Nanos::ZERO,
        }
    }

    fn since(&self, before: &Self) -> Option<Self> {
        Some(Self {
            finished: self.finished.checked_sub(before.finished)?,
            took: self.took.checked_sub(before.took)?,
            active: self.active.checked_sub(before.active)?,
            ..*self
        })
    }

    /// Returns whether it had requests then and now, and finished none in between.
    const fn is_stuck(&self, before: &Self) -> bool {
        self.finished == 0 && self.in_flight > 0 && before.in_flight > 0
    }

    /// Time for which it has hung. A count in flight that no request belongs to, as some drivers
    /// have left behind, is no hang.
    fn hang(&self) -> Nanos {
        match self.stuck < LONGEST_HANG {
            true => self.stuck,
            false => Nanos::ZERO,
        }
    }

    /// Of the requests that finished; what those in flight have waited at least, where none did.
    fn mean_wait(&self) -> Nanos {
        match self.finished {
            0 => self.hang(),
            finished => Nanos::new(Nanos::from_millis(self.took).get() / finished),
        }
    }
}

/// One line that is not understood spoils the rest: it may be the busiest disk's, or the only
/// one's.
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

/// The kernel gives a request up after 30 s, and a few times that where it tries again.
const LONGEST_HANG: Nanos = Nanos::from_secs(600);
