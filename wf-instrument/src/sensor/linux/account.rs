//! `memory.current` and its kin: what the control group of this process holds, and how often it met its limits.

use super::cgroup::{Hierarchy, Version};
use super::files::{Files, number_of};
use crate::sensor::reading::{Answer, Reading};
use crate::sensor::readings::{GroupEvents, GroupMemory};
use crate::units::Bytes;

/// The account of the process's own group; absent where it has none, as the root of version 2.
pub(super) fn read(files: &mut Files, memory: Option<&Hierarchy>) -> Reading<GroupMemory> {
    let Some(group) =
        memory.and_then(|memory| memory.levels.first().map(|own| (memory.version, own)))
    else {
        return Reading::Absent("no control group has memory".into());
    };
    let account = match group {
        (Version::Two, own) => unified(files, own),
        (Version::One, own) => legacy(files, own).map(Some),
    };
    match account {
        Ok(None) => Reading::Absent("the root group keeps no account of memory".into()),
        Ok(Some(account)) => Reading::of(Ok(account)),
        Err(why) => Reading::Unknown(why),
    }
}

fn unified(files: &mut Files, own: &str) -> Answer<Option<GroupMemory>> {
    let Some(held) = files.find(&format!("{own}/memory.current"), bytes)? else {
        return Ok(None);
    };
    Ok(Some(GroupMemory {
        held: held.unwrap_or_default(),
        high: files.read(&format!("{own}/memory.high"), bytes)?,
        max: files.read(&format!("{own}/memory.max"), bytes)?,
        events: files.read(&format!("{own}/memory.events"), events)?,
    }))
}

/// Version 1 has no `high`, and counts what it calls failures where version 2 counts `max`.
fn legacy(files: &mut Files, own: &str) -> Answer<GroupMemory> {
    let control = format!("{own}/memory.oom_control");
    Ok(GroupMemory {
        held: files
            .read(&format!("{own}/memory.usage_in_bytes"), bytes)?
            .unwrap_or_default(),
        high: None,
        max: files
            .read(&format!("{own}/memory.limit_in_bytes"), bytes)?
            .filter(|max| max.get() < UNLIMITED),
        events: GroupEvents {
            high: None,
            max: files.read(&format!("{own}/memory.failcnt"), |text| {
                text.trim().parse().ok()
            })?,
            // Kernels before 4.13 do not count them.
            killed: files
                .find(&control, |text| Some(number_of(text, "oom_kill")))?
                .flatten(),
        },
    })
}

fn events(text: &str) -> Option<GroupEvents> {
    Some(GroupEvents {
        high: Some(number_of(text, "high")?),
        max: number_of(text, "max")?,
        // Kernels before 4.13 do not count them.
        killed: number_of(text, "oom_kill"),
    })
}

/// A number of bytes; the inner `None` stands for no limit.
fn bytes(text: &str) -> Option<Option<Bytes>> {
    match text.trim() {
        "max" => Some(None),
        bytes => bytes.parse().ok().map(|bytes| Some(Bytes::new(bytes))),
    }
}

/// Version 1 writes a number near 2⁶³ for no limit.
const UNLIMITED: u64 = 1 << 62;
