//! `memory.current` and its kin: what the control group of this process holds, and how often it met its limits.

use super::cgroup::{Hierarchy, Version};
use super::files::{Files, number_of};
use crate::reading::{ReadResult, Reading};
use crate::readings::{GroupEvents, GroupMemory};
use wf_instrument::Bytes;

/// The account of the innermost group that keeps one: a group below may be without the controller. Absent where none does.
pub(super) fn read(files: &mut Files, memory: Option<&Hierarchy>) -> Reading<GroupMemory> {
    let groups = memory.into_iter().flat_map(|memory| {
        let levels = memory.levels.iter();
        levels.map(|level| (memory.version, level))
    });
    for (version, group) in groups {
        let account = match version {
            Version::Two => unified(files, group),
            Version::One => legacy(files, group).map(Some),
        };
        match account {
            Ok(None) => {}
            Ok(Some(account)) => return Reading::of(Ok(account)),
            Err(why) => return Reading::Unknown(why),
        }
    }
    Reading::Absent("no control group keeps an account of memory".into())
}

fn unified(files: &mut Files, group: &str) -> ReadResult<Option<GroupMemory>> {
    let Some(charged) = files.find_in(group, "memory.current", amount)? else {
        return Ok(None);
    };
    Ok(Some(GroupMemory {
        charged,
        high: files.read(&format!("{group}/memory.high"), bound)?,
        max: files.read(&format!("{group}/memory.max"), bound)?,
        events: files.read(&format!("{group}/memory.events"), events)?,
    }))
}

/// Version 1 has no `high`, and counts what it calls failures where version 2 counts `max`.
fn legacy(files: &mut Files, group: &str) -> ReadResult<GroupMemory> {
    let control = format!("{group}/memory.oom_control");
    Ok(GroupMemory {
        charged: files.read(&format!("{group}/memory.usage_in_bytes"), amount)?,
        high: None,
        max: files
            .read(&format!("{group}/memory.limit_in_bytes"), bound)?
            .filter(|max| max.get() < UNLIMITED),
        events: GroupEvents {
            high: None,
            max: files.read(&format!("{group}/memory.failcnt"), |text| {
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

fn amount(text: &str) -> Option<Bytes> {
    text.trim().parse().ok().map(Bytes::new)
}

/// A number of bytes; the inner `None` stands for no bound.
fn bound(text: &str) -> Option<Option<Bytes>> {
    match text.trim() {
        "max" => Some(None),
        bytes => amount(bytes).map(Some),
    }
}

/// Version 1 writes a number near 2⁶³ for no limit.
const UNLIMITED: u64 = 1 << 62;
