//! The threads of this process: their states, their waits, and the processors that they may use.

use std::collections::BTreeMap;

use super::files::{Files, PROCESS};
use super::proc::{Stat, Status, allowed, has_ended, ticks};
use super::processors::Cpus;
use crate::reading::{ReadResult, Reading, Reason};
use crate::readings::Threads;
use wf_instrument::Nanos;

/// The threads of this process, and their last known waits.
///
/// Keeps 16 bytes for each thread there is, and forgets those that ended.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    /// Ticks that each thread had waited for storage when it was last read.
    waited: BTreeMap<u64, u64>,
    /// The sum of all waits, of ended threads too.
    total: u64,
    /// Delays were not accounted at some time: threads that began before it ended show none.
    unaccounted: bool,
    /// The result of the last look.
    last: ThreadReadings,
    /// Passes until they are read again.
    pause: usize,
}

/// The result of looking at every thread.
#[derive(Clone, Debug, Default)]
pub(super) struct ThreadReadings {
    pub(super) threads: Reading<Threads>,
    /// Time that all of them together have waited for storage. Absent where the sysctl
    /// `kernel.task_delayacct` is off. The kernel accounts waits with it alone (since Linux 5.14),
    /// of threads that begin later; what it does not account it writes as 0, so a 0 says nothing.
    pub(super) waited: Reading<Nanos>,
}

/// `/proc/self/task/N/stat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Task {
    state: char,
    /// Ticks waited for storage (delay accounting).
    waited: u64,
}

impl Tasks {
    /// Looks at every thread; in a process with more than [`EACH_PASS`], less often than in each
    /// pass, with the last answer and its age in between. A sample in each pass would be no count:
    /// of the few that run it has all or none.
    pub(super) fn read(&mut self, files: &mut Files) -> ThreadReadings {
        match self.pause.checked_sub(1) {
            Some(pause) => self.pause = pause,
            None => self.last = self.read_all(files),
        }
        self.last.clone()
    }

    fn read_all(&mut self, files: &mut Files) -> ThreadReadings {
        let all = match thread_ids(files) {
            Ok(all) if all.is_empty() => Err("/proc/self/task shows no thread".into()),
            Ok(all) if all.len() > MOST => Err(TOO_MANY),
            all => all,
        };
        match all {
            Ok(all) => ThreadReadings {
                threads: Reading::of(self.count(files, &all)),
                waited: self.waited(files),
            },
            Err(why) => ThreadReadings {
                threads: Reading::Unknown(why.clone()),
                waited: Reading::Unknown(why),
            },
        }
    }

    /// Counts them by what they are at. One that cannot be understood may run, so that the others
    /// are no answer.
    fn count(&mut self, files: &mut Files, all: &[u64]) -> ReadResult<Threads> {
        let reader = reader(files);
        self.waited
            .retain(|task, _| all.binary_search(task).is_ok());
        let mut counted = Threads::default();
        let mut mistake = None;
        for &task in all {
            match thread(files, task) {
                Ok(Some(stat)) => {
                    self.waits(task, stat.waited);
                    let other = Some(task) != reader;
                    counted.runnable += u64::from(other && stat.state == 'R');
                    counted.blocked += u64::from(other && stat.state == 'D');
                }
                // It ended meanwhile.
                Ok(None) => {}
                Err(why) => mistake = Some(why),
            }
        }
        if let Some(why) = mistake {
            return Err(why);
        }
        self.pause = (all.len().saturating_sub(1) / EACH_PASS).min(LONGEST_PAUSE);
        Ok(counted)
    }

    fn waited(&mut self, files: &mut Files) -> Reading<Nanos> {
        let switch = files.find("proc/sys/kernel/task_delayacct", |text| {
            text.trim().parse::<u8>().ok()
        });
        let switch = match switch {
            Ok(switch) => switch,
            Err(why) => return Reading::Unknown(why),
        };
        self.unaccounted |= switch == Some(0);
        match (switch, self.total) {
            (Some(0), _) => Reading::Absent(OFF),
            _ if self.unaccounted => Reading::Unknown(LATE),
            (_, 0) => Reading::Unknown(NOTHING),
            (_, total) => Reading::of(Ok(ticks(total))),
        }
    }

    fn waits(&mut self, task: u64, waited: u64) {
        let before = self.waited.insert(task, waited).unwrap_or(0);
        self.total = self.total.saturating_add(waited.saturating_sub(before));
    }
}

/// Every thread there is, by number; none where the kernel shows none.
pub(super) fn thread_ids(files: &Files) -> ReadResult<Vec<u64>> {
    let mut all = match files.exists(DIRECTORY) {
        true => files.numbers(DIRECTORY)?,
        false => Vec::new(),
    };
    all.sort_unstable();
    Ok(all)
}

/// Checks whether a thread has not ended.
pub(super) fn is_alive(files: &mut Files, task: u64) -> bool {
    thread(files, task).is_ok_and(|found| found.is_some_and(|task| !has_ended(task.state)))
}

fn thread(files: &mut Files, task: u64) -> ReadResult<Option<Task>> {
    files.find(&format!("{DIRECTORY}/{task}/stat"), parse)
}

/// The thread that reads, which runs for as long as it does so.
pub(super) fn reader(files: &Files) -> Option<u64> {
    let link = std::fs::read_link(files.at("proc/thread-self")).ok()?;
    link.file_name()?.to_str()?.parse().ok()
}

/// The fields by their numbers in proc_pid_stat(5), as in [`proc`](super::proc).
fn parse(text: &str) -> Option<Task> {
    let (_, after_name) = text.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    let waited = fields.nth(42 - 4)?.parse().ok()?;
    Some(Task { state, waited })
}

const OFF: Reason = Reason::Borrowed("the kernel accounts no delays: kernel.task_delayacct is 0");
const LATE: Reason = Reason::Borrowed("delays were not accounted when this process began");
const NOTHING: Reason = Reason::Borrowed("no wait for storage has been accounted yet");

pub(super) const DIRECTORY: &str = "proc/self/task";

/// Threads that are read in each pass, or for each pass that is left out: one takes some 10 µs
/// (bench `sensors`), and passes are to take less than a millisecond on average.
const EACH_PASS: usize = 64;

/// Threads past which a look would delay the fast readings.
const MOST: usize = 2_048;

const TOO_MANY: Reason = Reason::Borrowed("this process has more than 2048 threads");

/// The most passes, a second apart, until threads are read again.
const LONGEST_PAUSE: usize = 14;

/// The directory below `/proc` of a thread that lives.
///
/// A program may end its first thread and go on with the others. `/proc/self` then describes a
/// thread without memory, files or mounts, and in version 1 without groups.
pub(super) fn process_directory(
    files: &mut Files,
    process: &ReadResult<Stat>,
) -> ReadResult<String> {
    match process {
        Ok(stat) if stat.has_ended() => living_thread(files),
        _ => Ok(PROCESS.to_owned()),
    }
}

fn living_thread(files: &mut Files) -> ReadResult<String> {
    let alive = match reader(files) {
        Some(reader) => Some(reader),
        None => thread_ids(files)?
            .into_iter()
            .find(|task| is_alive(files, *task)),
    };
    alive
        .map(|task| format!("{}/{task}", DIRECTORY))
        .ok_or("the first thread has ended, and no other can be read".into())
}

/// The processors that any thread of this process may run on.
///
/// One thread is enough if it may run everywhere. If it may not, the list of each is read,
/// and again every [`PACE`] passes: programs pin their first thread alone, or each to a processor
/// of its own.
#[derive(Debug, Default)]
pub(super) struct Affinity {
    /// The set of one thread, and that of all together.
    known: Option<(Cpus, Cpus)>,
    /// Passes until each thread is read again.
    pause: u32,
}

impl Affinity {
    /// Those of `usable` that any thread may run on. The kernel keeps a thread within its group's
    /// cpuset, but not within the processors that are online.
    pub(super) fn read(
        &mut self,
        files: &mut Files,
        status: &ReadResult<Status>,
        usable: &Cpus,
    ) -> ReadResult<Cpus> {
        let one = status.as_ref().map_err(Clone::clone)?.allowed()?;
        if one.covers(usable) {
            return Ok(usable.clone());
        }
        let known = self.known.take().filter(|(was, _)| *was == one);
        let all = match known.filter(|_| self.pause > 0) {
            Some((_, all)) => all,
            None => {
                self.pause = PACE;
                all_of(files, &one, usable)?
            }
        };
        self.pause -= 1;
        let found = all.within(usable);
        self.known = Some((one, all));
        Some(found)
            .filter(|found| found.count() > 0)
            .ok_or("no processor that this process may run on is online".into())
    }
}

/// The processors of all threads together; stops at those that have all of `usable`.
fn all_of(files: &mut Files, one: &Cpus, usable: &Cpus) -> ReadResult<Cpus> {
    let mut all = one.clone();
    for task in thread_ids(files)? {
        if all.covers(usable) {
            break;
        }
        let path = format!("{}/{task}/status", DIRECTORY);
        // One that ended meanwhile runs nowhere.
        if let Some(allowed) = files.find(&path, allowed)? {
            all.join(&allowed);
        }
    }
    Ok(all)
}

/// Passes from one reading of every thread to the next. A thread takes some 15 µs, and a process
/// may have thousands.
const PACE: u32 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_and_the_wait_are_the_third_and_the_forty_second_field() {
        let mut line = "7 (a) R 1) D".to_owned();
        for field in 4..=52 {
            line.push_str(&format!(" {field}"));
        }
        let task = Task {
            state: 'D',
            waited: 42,
        };
        assert_eq!(parse(&line), Some(task));
        assert_eq!(parse("7 (a) D 4 5"), None);
        assert_eq!(parse("7 (a"), None);
    }

    #[test]
    fn what_a_thread_waited_is_counted_once_and_stays_when_it_ends() {
        let mut tasks = Tasks::default();
        tasks.waits(1, 5);
        tasks.waits(1, 7);
        tasks.waits(2, 1);
        tasks.waits(2, 0);
        assert_eq!(tasks.total, 8);
    }
}
