//! Pressure stall information (PSI): the pressure files, and triggers on them.
//!
//! Triggers, as the kernel documents them under "Monitoring for pressure thresholds": a threshold
//! is written to a pressure file, and the file then polls as urgent whenever it was crossed, at
//! most once a window.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use procfs::parse_pressure_record;
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::io::Errno;

use super::cgroup::Hierarchy;
use super::files::{Files, GONE};
use crate::reading::{ReadResult, Reading, Reason};
use crate::readings::{Alarms, Scope, Stall};
use wf_instrument::clock;
use wf_instrument::fork::NotInherited;
use wf_instrument::{Nanos, Ratio};

/// Stalls for `cpu`, `memory` or `io` on the whole host; absent where the kernel keeps none at all.
pub(super) fn host(files: &mut Files, resource: &str) -> Reading<Stall> {
    match files.find_again(&format!("proc/pressure/{resource}"), |text| {
        parse_stall(text, Scope::Host)
    }) {
        // Only in a /proc that shows the host does it say something that one of its files is
        // missing.
        Ok(None) if files.shows_host() => Reading::Absent(OFF),
        Ok(None) => Reading::Unknown("/proc does not show the host here".into()),
        Ok(Some(host)) => Reading::of(Ok(host)),
        Err(why) => Reading::Unknown(why),
    }
}

/// The same of the process's own group; `None` where it keeps none. A group whose file cannot be
/// read is no reason to take the host's for it.
pub(super) fn own(
    files: &mut Files,
    unified: &ReadResult<Option<&Hierarchy>>,
    resource: &str,
) -> Option<Reading<Stall>> {
    let group = match unified {
        Ok(unified) => (*unified)?.levels.first()?,
        // Whichever group it is, the host's is not its pressure.
        Err(why) => return Some(Reading::Unknown(why.clone())),
    };
    let path = format!("{group}/{resource}.pressure");
    match files.find_again(&path, |text| parse_stall(text, Scope::Group)) {
        Ok(None) if files.exists(group) => None,
        Ok(None) => Some(Reading::Unknown(GONE)),
        Ok(Some(own)) => Some(Reading::of(Ok(own))),
        Err(why) => Some(Reading::Unknown(why)),
    }
}

/// Kernels before 5.13 write no `full` line for the processor.
fn parse_stall(text: &str, scope: Scope) -> Option<Stall> {
    let (some, some_time) = line(text, "some ")?;
    let full = match line(text, "full ") {
        None if text.contains("full") => return None,
        full => full,
    };
    Some(Stall {
        scope,
        some,
        full: full.map(|(share, _)| share),
        some_time,
        full_time: full.map(|(_, time)| time),
    })
}

/// The 10 s average and the total, in microseconds, of the line that begins with `kind`.
fn line(text: &str, kind: &str) -> Option<(Ratio, Nanos)> {
    let line = text.lines().find(|line| line.starts_with(kind))?;
    let record = parse_pressure_record(line).ok()?;
    // The kernel writes hundredths of a percent.
    let share = (f64::from(record.avg10) * 100.0).round() / 10_000.0;
    let share = Ratio::new(share).filter(|share| share.get() <= 1.0)?;
    Some((share, Nanos::new(record.total.checked_mul(1_000)?)))
}

const OFF: Reason = Reason::Borrowed("the kernel keeps no pressure stall information");

/// Waits for alarms of the kernel, or until it is cancelled.
#[derive(Debug)]
pub(crate) struct Triggers {
    set: Vec<Trigger>,
    /// The group that they were set for.
    group: Option<String>,
    /// The most that were set at a time: with fewer, some were lost.
    most: usize,
    cancelled: Arc<NotInherited<OwnedFd>>,
}

/// Ends the wait of a [`Triggers`].
#[derive(Debug)]
pub(crate) struct Canceller(Arc<NotInherited<OwnedFd>>);

#[derive(Debug)]
struct Trigger {
    file: NotInherited<File>,
    count: fn(&mut Alarms) -> &mut Option<u64>,
}

impl Triggers {
    /// Sets those that the kernel takes.
    ///
    /// # Errors
    /// If the system gives no descriptor that ends a wait.
    pub(super) fn set(files: &Files, group: Option<&str>) -> io::Result<(Self, Canceller)> {
        let descriptor = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        let cancelled = Arc::new(NotInherited::new(descriptor));
        let mut triggers = Self {
            set: Vec::new(),
            group: None,
            most: 0,
            cancelled: cancelled.clone(),
        };
        if files.are_live() {
            triggers.fill(files, group);
        }
        Ok((triggers, Canceller(cancelled)))
    }

    /// Sets them anew where the process was moved to another group, or one was lost with its group.
    /// A recorded machine raises no alarms.
    pub(super) fn follow(&mut self, files: &Files, group: Option<&str>) {
        let moved = self.group.as_deref() != group;
        if files.are_live() && (moved || self.set.len() < self.most) {
            self.fill(files, group);
        }
    }

    fn fill(&mut self, files: &Files, group: Option<&str>) {
        self.set = all_of(files, group);
        self.group = group.map(str::to_owned);
        self.most = self.most.max(self.set.len());
    }

    /// Of `counts`, those that are watched for now.
    pub(crate) fn watched(&self, counts: &mut Alarms) -> Alarms {
        let mut watched = Alarms::default();
        for trigger in &self.set {
            let counted = *(trigger.count)(counts).get_or_insert(0);
            *(trigger.count)(&mut watched) = Some(counted);
        }
        watched
    }

    /// Waits until `timeout` is over, an alarm is raised or it is cancelled. Counts the alarms.
    pub(crate) fn wait(&mut self, timeout: Duration, alarms: &mut Alarms) {
        let results = self.polled(timeout);
        let mut results = results.iter();
        self.set.retain(|trigger| {
            let events = results.next().copied().unwrap_or(PollFlags::empty());
            // A group that is gone is both urgent and an error.
            let gone = events.contains(PollFlags::ERR);
            if events.contains(PollFlags::PRI) && !gone {
                *(trigger.count)(alarms).get_or_insert(0) += 1;
            }
            !gone
        });
    }

    /// The poll result of each trigger's file.
    fn polled(&self, timeout: Duration) -> Vec<PollFlags> {
        let files = self.set.iter().map(|trigger| &trigger.file);
        let mut all: Vec<PollFd<'_>> = files
            .map(|file| PollFd::new(&**file, PollFlags::PRI))
            .collect();
        all.push(PollFd::from_borrowed_fd(
            self.cancelled.as_fd(),
            PollFlags::IN,
        ));
        let end = clock::now().plus(timeout.into());
        loop {
            let left = Duration::from(end.since(clock::now()));
            match poll(&mut all, Timespec::try_from(left).ok().as_ref()) {
                Ok(_) => return all.iter().map(PollFd::revents).collect(),
                Err(Errno::INTR) => {}
                Err(_) => return no_poll(left),
            }
        }
    }
}

/// If the kernel does not let this process poll, it waits for the time alone.
fn no_poll(timeout: Duration) -> Vec<PollFlags> {
    thread::sleep(timeout);
    Vec::new()
}

impl Canceller {
    pub(crate) fn cancel(&self) {
        // Fails only after 2⁶⁴ calls without a wait.
        let _ = rustix::io::write(&**self.0, &1_u64.to_ne_bytes());
    }
}

/// All of the group, or else all of the host: one that watches each for something else would be
/// hard to read.
fn all_of(files: &Files, group: Option<&str>) -> Vec<Trigger> {
    let at = |place: &dyn Fn(&Kind) -> String| -> Vec<Trigger> {
        let set = KINDS
            .iter()
            .map(|kind| kind.set_at(&files.at(&place(kind))));
        set.flatten().collect()
    };
    let own = group.map(|group| at(&|kind| format!("{group}/{}.pressure", kind.resource)));
    let host = || at(&|kind| format!("proc/pressure/{}", kind.resource));
    match own {
        Some(own) if own.len() == KINDS.len() => own,
        Some(own) => [own, host()]
            .into_iter()
            .max_by_key(Vec::len)
            .unwrap_or_default(),
        None => host(),
    }
}

/// A stall that is worth an alarm.
struct Kind {
    resource: &'static str,
    stalled: &'static str,
    /// In a window of one second.
    micros: u32,
    count: fn(&mut Alarms) -> &mut Option<u64>,
}

impl Kind {
    /// Without CAP_SYS_RESOURCE, windows must be multiples of two seconds.
    fn set_at(&self, path: &Path) -> Option<Trigger> {
        [1, 2].into_iter().find_map(|seconds| {
            let mut file = OpenOptions::new().read(true).write(true).open(path).ok()?;
            file.write_all(self.threshold(seconds).as_bytes()).ok()?;
            Some(Trigger {
                file: NotInherited::new(file),
                count: self.count,
            })
        })
    }

    /// As the kernel takes it, for a window of so many seconds.
    fn threshold(&self, seconds: u32) -> String {
        let (stalled, micros) = (self.stalled, self.micros * seconds);
        format!("{stalled} {micros} {}\0", seconds * 1_000_000)
    }
}

/// Those for memory as out-of-memory daemons set them; half a second in which nothing moves for I/O
/// is a disk that hangs.
const KINDS: [Kind; 3] = [
    Kind {
        resource: "memory",
        stalled: "some",
        micros: 100_000,
        count: |alarms| &mut alarms.memory_some,
    },
    Kind {
        resource: "memory",
        stalled: "full",
        micros: 50_000,
        count: |alarms| &mut alarms.memory_full,
    },
    Kind {
        resource: "io",
        stalled: "full",
        micros: 500_000,
        count: |alarms| &mut alarms.io_full,
    },
];

#[cfg(test)]
mod tests {
    use std::io::stderr;
    use std::sync::mpsc::{TryRecvError, channel};

    use super::*;

    fn live() -> Files {
        Files::new("/".into())
    }

    /// Against the kernel: more threads than processors stall one another at once.
    #[test]
    fn the_kernel_raises_an_alarm_when_tasks_stall() {
        let kind = Kind {
            resource: "cpu",
            stalled: "some",
            micros: 10_000,
            count: |alarms| &mut alarms.io_full,
        };
        let Some(trigger) = kind.set_at(Path::new("/proc/pressure/cpu")) else {
            writeln!(
                stderr(),
                "SKIPPED: the_kernel_raises_an_alarm because /proc/pressure/cpu takes no trigger"
            )
            .unwrap();
            return;
        };
        let (mut triggers, _canceller) = Triggers::set(&live(), None).unwrap();
        triggers.set = vec![trigger];
        let mut alarms = Alarms::default();
        let watched = triggers.watched(&mut alarms);
        assert_eq!((watched.io_full, watched.memory_some), (Some(0), None));
        thread::scope(|scope| {
            let threads = 2 * thread::available_parallelism().unwrap().get();
            // Each spins until its sender is gone.
            let spinning = (0..threads).map(|_| {
                let (alive, spin) = channel::<()>();
                scope.spawn(move || while spin.try_recv() == Err(TryRecvError::Empty) {});
                alive
            });
            let spinning: Vec<_> = spinning.collect();
            for _ in 0..60 {
                triggers.wait(Duration::from_secs(1), &mut alarms);
                if alarms.io_full > Some(0) {
                    break;
                }
            }
            drop(spinning);
        });
        assert!(alarms.io_full > Some(0), "no alarm within a minute");
    }

    #[test]
    fn a_threshold_is_the_same_share_of_a_longer_window() {
        assert_eq!(KINDS[0].threshold(1), "some 100000 1000000\0");
        assert_eq!(KINDS[0].threshold(2), "some 200000 2000000\0");
        assert_eq!(KINDS[2].threshold(2), "full 1000000 2000000\0");
    }

    #[test]
    fn a_trigger_that_is_lost_is_set_anew() {
        let files = live();
        let (mut triggers, _canceller) = Triggers::set(&files, None).unwrap();
        let set = triggers.set.len();
        triggers.set.clear();
        assert_eq!(triggers.watched(&mut Alarms::default()), Alarms::default());
        triggers.follow(&files, None);
        assert_eq!(triggers.set.len(), set);
        triggers.follow(&files, Some("another"));
        assert_eq!(triggers.group.as_deref(), Some("another"));
        // The host's take the place of those that another group does not have.
        assert_eq!(triggers.set.len(), set);
    }

    #[test]
    fn a_wait_ends_when_it_is_cancelled() {
        let (mut triggers, canceller) = Triggers::set(&live(), None).unwrap();
        triggers.set.clear();
        canceller.cancel();
        // Would take longer than any test may.
        triggers.wait(Duration::from_secs(1_000_000), &mut Alarms::default());
    }

    #[test]
    fn a_file_that_takes_no_threshold_is_no_trigger() {
        let kind = &KINDS[0];
        assert!(kind.set_at(Path::new("/proc/self/stat")).is_none());
        assert!(kind.set_at(Path::new("/nowhere")).is_none());
    }
}
