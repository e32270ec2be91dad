//! `/proc/self/task/*/stat`: which threads run, which are blocked, and how long they have waited for storage.

use std::collections::BTreeMap;

use super::files::Files;
use super::process::{has_ended, ticks};
use crate::reading::{ReadResult, Reading, Reason};
use crate::readings::Threads;
use wf_instrument::Nanos;

/// The threads of this process, and their last known waits.
///
/// Keeps 16 bytes for each thread there is, and forgets those that ended.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    /// Ticks that each thread had waited for storage when it was last looked at.
    waited: BTreeMap<u64, u64>,
    /// What all of them have waited, ended ones included.
    total: u64,
    /// Delays were not accounted at some time: threads that began before it ended show none.
    unaccounted: bool,
    /// The result of the last look.
    last: Found,
    /// Passes until they are looked at again.
    rest: usize,
}

/// The result of looking at every thread.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub(super) threads: Reading<Threads>,
    /// Time that all of them together have waited for storage. Absent where the sysctl
    /// `kernel.task_delayacct` is off. The kernel accounts waits with it alone (since Linux 5.14),
    /// of threads that begin later; what it does not account it writes as 0, so a 0 says nothing.
    pub(super) waited: Reading<Nanos>,
}

/// What one thread's file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Task {
    state: char,
    /// Ticks waited for storage (delay accounting).
    waited: u64,
}

impl Tasks {
    /// Looks at every thread; in a process with more than [`LOOKED_AT`], less often than in each
    /// pass, with the last answer and its age in between. A sample in each pass would be no count:
    /// of the few that run it has all or none.
    pub(super) fn look(&mut self, files: &mut Files) -> Found {
        match self.rest.checked_sub(1) {
            Some(rest) => self.rest = rest,
            None => self.last = self.found(files),
        }
        self.last.clone()
    }

    fn found(&mut self, files: &mut Files) -> Found {
        let all = match all(files) {
            Ok(all) if all.is_empty() => Err("/proc/self/task shows no thread".into()),
            Ok(all) if all.len() > MOST => Err(TOO_MANY),
            all => all,
        };
        match all {
            Ok(all) => Found {
                threads: Reading::of(self.count(files, &all)),
                waited: self.waited(files),
            },
            Err(why) => Found {
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
        let mut seen = Threads::default();
        let mut mistake = None;
        for &task in all {
            match look_at(files, task) {
                Ok(Some(stat)) => {
                    self.waits(task, stat.waited);
                    let other = Some(task) != reader;
                    seen.runnable += u64::from(other && stat.state == 'R');
                    seen.blocked += u64::from(other && stat.state == 'D');
                }
                // It ended meanwhile.
                Ok(None) => {}
                Err(why) => mistake = Some(why),
            }
        }
        if let Some(why) = mistake {
            return Err(why);
        }
        self.rest = (all.len().saturating_sub(1) / LOOKED_AT).min(LONGEST_REST);
        Ok(seen)
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
pub(super) fn all(files: &Files) -> ReadResult<Vec<u64>> {
    let mut all = match files.exists(DIRECTORY) {
        true => files.numbers(DIRECTORY)?,
        false => Vec::new(),
    };
    all.sort_unstable();
    Ok(all)
}

/// Checks whether a thread has not ended.
pub(super) fn is_alive(files: &mut Files, task: u64) -> bool {
    look_at(files, task).is_ok_and(|found| found.is_some_and(|task| !has_ended(task.state)))
}

fn look_at(files: &mut Files, task: u64) -> ReadResult<Option<Task>> {
    files.find(&format!("{DIRECTORY}/{task}/stat"), parse)
}

/// The thread that reads, which runs for as long as it does so.
pub(super) fn reader(files: &Files) -> Option<u64> {
    let link = std::fs::read_link(files.at("proc/thread-self")).ok()?;
    link.file_name()?.to_str()?.parse().ok()
}

/// The fields by their numbers in proc_pid_stat(5), as in [`process`](super::process).
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

/// Threads that are looked at in each pass, or for each pass that is left out: a look takes some 10
/// µs (bench `sensors`), and passes are to take less than a millisecond on average.
const LOOKED_AT: usize = 64;

/// Threads past which a look would delay the fast readings.
const MOST: usize = 2_048;

const TOO_MANY: Reason = Reason::Borrowed("this process has more than 2048 threads");

/// The most passes, a second apart, until threads are looked at again.
const LONGEST_REST: usize = 14;

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
