//! `/proc/self/task/*/stat`: which threads run, which are blocked, and how long they have waited for storage.

use std::collections::BTreeMap;

use super::files::Files;
use super::process::{has_ended, ticks};
use crate::sensor::reading::{Answer, Reading, Reason};
use crate::sensor::readings::Threads;
use crate::units::Nanos;

/// The threads of this process, and what was known of them before.
///
/// Keeps 16 bytes for each thread there is, and forgets those that ended.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    /// Ticks that each thread had waited for storage when it was last looked at.
    waited: BTreeMap<u64, u64>,
    /// What all of them have waited, ended ones included.
    total: u64,
    /// Delays were not accounted once, so threads from before then tell none.
    unaccounted: bool,
    /// Where the next look begins, in a process with more threads than one look takes.
    next: u64,
}

/// What one thread's file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Task {
    state: char,
    /// Ticks waited for storage (delay accounting).
    waited: u64,
}

impl Tasks {
    /// Looks at the threads: at [`LOOKED_AT`] of them in turn where there are more, counting each for those that are not looked at.
    pub(super) fn look(&mut self, files: &mut Files) -> Answer<Threads> {
        let all = all(files)?;
        let reader = reader(files);
        self.waited
            .retain(|task, _| all.binary_search(task).is_ok());
        let mut seen = Threads::default();
        let mut looked_at = 0_u64;
        for task in self.turn(&all) {
            // One that ended meanwhile, or that cannot be understood.
            let Ok(Some(stat)) = look_at(files, task) else {
                continue;
            };
            looked_at += 1;
            self.waits(task, stat.waited);
            let other = Some(task) != reader;
            seen.runnable += u64::from(other && stat.state == 'R');
            seen.blocked += u64::from(other && stat.state == 'D');
        }
        if looked_at == 0 {
            return Err(
                "none of /proc/self/task/*/stat is in the form that the kernel documents".into(),
            );
        }
        let threads = all.len() as u64;
        let scaled = |count: u64| (count * threads + looked_at / 2) / looked_at;
        Ok(Threads {
            runnable: scaled(seen.runnable),
            blocked: scaled(seen.blocked),
        })
    }

    /// What all threads together have waited for storage, as far as they were looked at; absent where the kernel does not account it.
    ///
    /// It does not unless it is told to (sysctl `kernel.task_delayacct`, since Linux 5.14), and then of threads that begin later. What
    /// it does not account it writes as 0, so a 0 says nothing.
    pub(super) fn waited(&mut self, files: &mut Files) -> Reading<Nanos> {
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

    /// The threads whose turn it is.
    fn turn(&mut self, all: &[u64]) -> Vec<u64> {
        let first = all.partition_point(|task| *task < self.next);
        let turn = all
            .iter()
            .cycle()
            .skip(first)
            .take(all.len().min(LOOKED_AT));
        let turn: Vec<u64> = turn.copied().collect();
        self.next = turn.last().map_or(0, |last| last + 1);
        turn
    }

    fn waits(&mut self, task: u64, waited: u64) {
        let before = self.waited.insert(task, waited).unwrap_or(0);
        self.total = self.total.saturating_add(waited.saturating_sub(before));
    }
}

/// Every thread there is, by number; none where the kernel shows none.
pub(super) fn all(files: &Files) -> Answer<Vec<u64>> {
    let mut all = match files.exists(DIRECTORY) {
        true => files.numbers(DIRECTORY)?,
        false => Vec::new(),
    };
    all.sort_unstable();
    Ok(all)
}

/// Whether a thread has not ended.
pub(super) fn is_alive(files: &mut Files, task: u64) -> bool {
    look_at(files, task).is_ok_and(|found| found.is_some_and(|task| !has_ended(task.state)))
}

fn look_at(files: &mut Files, task: u64) -> Answer<Option<Task>> {
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

/// A look at a thread takes some 10 µs (bench `sensors`), and a pass is to take less than a millisecond.
const LOOKED_AT: usize = 32;

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
    fn threads_past_the_most_that_one_look_takes_have_their_turn_in_the_next() {
        let all: Vec<u64> = (100..200).collect();
        let mut tasks = Tasks::default();
        for first in [100, 132, 164] {
            assert_eq!(tasks.turn(&all), (first..first + 32).collect::<Vec<_>>());
        }
        let last = tasks.turn(&all);
        assert_eq!(last[..4], (196..200).collect::<Vec<_>>());
        assert_eq!(last[4..], (100..128).collect::<Vec<_>>());
        assert_eq!(tasks.turn(&[7]), [7]);
        assert!(tasks.turn(&[]).is_empty());
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
