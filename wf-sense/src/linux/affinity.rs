//! `Cpus_allowed_list` of every thread: the processors that this process may run on.

use super::cpus::Cpus;
use super::files::Files;
use super::status::{Status, allowed};
use super::tasks;
use crate::reading::ReadResult;

/// The processors that any thread of this process may run on.
///
/// One thread is enough where it may run everywhere. Where it may not, the list of each is read,
/// and again every [`PACE`] passes: programs pin their first thread alone, or each to a processor
/// of its own.
#[derive(Debug, Default)]
pub(super) struct Affinity {
    /// The set of one thread, and that of all together.
    known: Option<(Cpus, Cpus)>,
    /// Passes until each thread is read again.
    rest: u32,
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
        let all = match known.filter(|_| self.rest > 0) {
            Some((_, all)) => all,
            None => {
                self.rest = PACE;
                all_of(files, &one, usable)?
            }
        };
        self.rest -= 1;
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
    for task in tasks::all(files)? {
        if all.covers(usable) {
            break;
        }
        let path = format!("{}/{task}/status", tasks::DIRECTORY);
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
