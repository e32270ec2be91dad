//! The directory whose files describe this process: the first thread's, until it ends.

use super::files::Files;
use super::process::Stat;
use super::tasks;
use crate::reading::ReadResult;

/// The directory below `/proc` of a thread that lives.
///
/// A program may end its first thread and go on with the others. `/proc/self` then describes a
/// thread without memory, files or mounts, and in version 1 without groups.
pub(super) fn directory(files: &mut Files, process: &ReadResult<Stat>) -> ReadResult<String> {
    match process {
        Ok(stat) if stat.has_ended() => another(files),
        _ => Ok(FIRST.to_owned()),
    }
}

fn another(files: &mut Files) -> ReadResult<String> {
    let alive = match tasks::reader(files) {
        Some(reader) => Some(reader),
        None => tasks::all(files)?
            .into_iter()
            .find(|task| tasks::is_alive(files, *task)),
    };
    alive
        .map(|task| format!("{}/{task}", tasks::DIRECTORY))
        .ok_or("the first thread has ended, and no other can be read".into())
}

/// While the first thread lives, or where it is not known whether it does.
pub(super) const FIRST: &str = "proc/self";
