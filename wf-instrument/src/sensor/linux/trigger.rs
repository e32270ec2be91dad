//! PSI triggers: the kernel wakes whoever waits as soon as tasks were stalled for long enough.
//!
//! As the kernel documents it under "Monitoring for pressure thresholds": a threshold is written to a pressure file, and the file then
//! polls as urgent whenever it was crossed, at most once a window.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};

use super::Machine;
use super::cgroup::Hierarchy;
use super::files::Files;
use crate::sensor::readings::Alarms;

/// Waits for the kernel's alarms, or to be called off.
#[derive(Debug)]
pub(in crate::sensor) struct Triggers {
    set: Vec<Trigger>,
    called_off: Arc<OwnedFd>,
}

/// Calls a waiting [`Triggers`] off.
#[derive(Debug)]
pub(in crate::sensor) struct Caller(Arc<OwnedFd>);

#[derive(Debug)]
struct Trigger {
    file: File,
    counts: fn(&mut Alarms),
}

impl Triggers {
    /// Sets every trigger that the kernel takes: of the process's own group, or else of the host.
    ///
    /// # Errors
    /// Where the system gives no descriptor to be called off by.
    pub(in crate::sensor) fn set(machine: &Machine) -> io::Result<(Self, Caller)> {
        let called_off = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        let unified = machine.membership.known().unified.as_ref();
        let set = KINDS
            .iter()
            .filter_map(|kind| kind.set(&machine.files, unified));
        let triggers = Self {
            set: set.collect(),
            called_off: called_off.clone(),
        };
        Ok((triggers, Caller(called_off)))
    }

    /// Whether the kernel took any.
    pub(in crate::sensor) fn any(&self) -> bool {
        !self.set.is_empty()
    }

    /// Waits until `timeout` is over, an alarm is raised or somebody calls. Adds the alarms.
    pub(in crate::sensor) fn wait(&mut self, timeout: Duration, alarms: &mut Alarms) {
        let raised = self.polled(timeout);
        let mut raised = raised.iter();
        self.set.retain(|trigger| {
            let events = raised.next().copied().unwrap_or(PollFlags::empty());
            if events.contains(PollFlags::PRI) {
                (trigger.counts)(alarms);
            }
            // The group that it watched is gone.
            !events.contains(PollFlags::ERR)
        });
    }

    /// What each trigger's file polls as. An interrupted wait ends early, like any other.
    fn polled(&self, timeout: Duration) -> Vec<PollFlags> {
        let urgent = |trigger| PollFd::new(trigger, PollFlags::PRI);
        let files = self.set.iter().map(|trigger| &trigger.file);
        let mut all: Vec<PollFd<'_>> = files.map(urgent).collect();
        all.push(PollFd::from_borrowed_fd(
            self.called_off.as_fd(),
            PollFlags::IN,
        ));
        let timeout = Timespec::try_from(timeout).ok();
        match poll(&mut all, timeout.as_ref()) {
            Ok(_) => all.iter().map(PollFd::revents).collect(),
            Err(_) => Vec::new(),
        }
    }
}

impl Caller {
    pub(in crate::sensor) fn call(&self) {
        // Fails only when it was called 2⁶⁴ times and nobody looked.
        let _ = rustix::io::write(&*self.0, &1_u64.to_ne_bytes());
    }
}

/// A stall that is worth an alarm.
struct Kind {
    resource: &'static str,
    stalled: &'static str,
    /// In a window of one second.
    micros: u32,
    counts: fn(&mut Alarms),
}

impl Kind {
    fn set(&self, files: &Files, unified: Option<&Hierarchy>) -> Option<Trigger> {
        let group = unified.and_then(|unified| unified.levels.first());
        let own = group.map(|group| files.at(&format!("{group}/{}.pressure", self.resource)));
        let host = files.at(&format!("proc/pressure/{}", self.resource));
        own.into_iter()
            .chain([host])
            .find_map(|path| self.set_at(&path))
    }

    /// Who may not watch as he likes may do so with windows that are multiples of two seconds.
    fn set_at(&self, path: &Path) -> Option<Trigger> {
        [1, 2].into_iter().find_map(|seconds| {
            let mut file = OpenOptions::new().read(true).write(true).open(path).ok()?;
            let (stalled, micros) = (self.stalled, self.micros * seconds);
            let threshold = format!("{stalled} {micros} {}\0", seconds * 1_000_000);
            file.write_all(threshold.as_bytes()).ok()?;
            Some(Trigger {
                file,
                counts: self.counts,
            })
        })
    }
}

/// Those for memory as out-of-memory daemons set them; half a second in which nothing moves for I/O is a disk that hangs.
const KINDS: [Kind; 3] = [
    Kind {
        resource: "memory",
        stalled: "some",
        micros: 100_000,
        counts: |alarms| alarms.memory_some += 1,
    },
    Kind {
        resource: "memory",
        stalled: "full",
        micros: 50_000,
        counts: |alarms| alarms.memory_full += 1,
    },
    Kind {
        resource: "io",
        stalled: "full",
        micros: 500_000,
        counts: |alarms| alarms.io_full += 1,
    },
];

#[cfg(test)]
mod tests {
    use std::io::stderr;
    use std::sync::mpsc::{TryRecvError, channel};

    use super::*;
    use crate::sensor::Sensors;

    /// Against the kernel: more threads than processors stall one another at once.
    #[test]
    fn the_kernel_raises_an_alarm_when_tasks_stall() {
        let kind = Kind {
            resource: "cpu",
            stalled: "some",
            micros: 10_000,
            counts: |alarms| alarms.io_full += 1,
        };
        let Some(trigger) = kind.set_at(Path::new("/proc/pressure/cpu")) else {
            writeln!(
                stderr(),
                "SKIPPED: the_kernel_raises_an_alarm because /proc/pressure/cpu takes no trigger"
            )
            .unwrap();
            return;
        };
        let (mut triggers, _caller) = Triggers::set(Sensors::new().machine()).unwrap();
        triggers.set = vec![trigger];
        let mut alarms = Alarms::default();
        std::thread::scope(|scope| {
            let threads = 4 * std::thread::available_parallelism().unwrap().get();
            // Each spins until its sender is gone.
            let spinning = (0..threads).map(|_| {
                let (alive, spin) = channel::<()>();
                scope.spawn(move || while spin.try_recv() == Err(TryRecvError::Empty) {});
                alive
            });
            let spinning: Vec<_> = spinning.collect();
            for _ in 0..60 {
                triggers.wait(Duration::from_secs(1), &mut alarms);
                if alarms.io_full > 0 {
                    break;
                }
            }
            drop(spinning);
        });
        assert!(alarms.io_full > 0, "no alarm within a minute");
    }

    #[test]
    fn a_wait_ends_when_it_is_called_off() {
        let (mut triggers, caller) = Triggers::set(Sensors::new().machine()).unwrap();
        triggers.set.clear();
        caller.call();
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
