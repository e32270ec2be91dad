//! Processors that are online, of those that the machine has a place for.

use super::cgroup::{Cgroups, Hierarchy, Version};
use super::cpus::Cpus;
use super::files::Files;
use super::host::Host;
use crate::reading::ReadResult;

/// Those that are online and that the process's cpuset names.
///
/// Where its cpuset cannot be found, the threads' masks have to do, which the kernel keeps within
/// it.
pub(super) fn usable(
    files: &mut Files,
    host: &ReadResult<Host>,
    groups: &ReadResult<&Cgroups>,
) -> ReadResult<Cpus> {
    let online = online(files, host)?;
    let groups = groups.as_ref().ok();
    let Some(hierarchy) = groups.and_then(|groups| groups.cpuset.as_ref().ok()?.as_ref()) else {
        return Ok(online);
    };
    let cpuset = cpuset(files, hierarchy)?;
    Ok(cpuset.map_or_else(|| online.clone(), |cpuset| online.within(&cpuset)))
}

/// Where `/sys` is not mounted, `/proc/stat` has a line for each.
fn online(files: &mut Files, host: &ReadResult<Host>) -> ReadResult<Cpus> {
    match files.find("sys/devices/system/cpu/online", Cpus::parse)? {
        Some(online) => Ok(online),
        None => host.as_ref().map_err(Clone::clone)?.online(),
    }
}

/// That of the innermost group that has one: a group below may be without the controller.
fn cpuset(files: &mut Files, hierarchy: &Hierarchy) -> ReadResult<Option<Cpus>> {
    let file = match hierarchy.version {
        Version::One => "cpuset.effective_cpus",
        Version::Two => "cpuset.cpus.effective",
    };
    for group in &hierarchy.levels {
        if let Some(cpus) = files.find(&format!("{group}/{file}"), Cpus::parse)? {
            return Ok(Some(cpus));
        }
    }
    Ok(None)
}
