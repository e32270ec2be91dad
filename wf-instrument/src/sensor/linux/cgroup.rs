//! `/proc/self/cgroup` and `/proc/self/mountinfo`: in which control groups this process is, and where they are mounted.

use procfs::process::MountInfo;

use super::files::Files;
use crate::sensor::reading::{Answer, Reason};

/// Which of the two interfaces a hierarchy has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    One,
    Two,
}

/// The groups that bind this process in one hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hierarchy {
    pub(super) version: Version,
    /// Directories, relative to the root: the process's own group first, then its ancestors as far as they are mounted here.
    pub(super) levels: Vec<String>,
}

/// Where to look for what bounds this process: `None` where the kernel has no such controller, and an error where it has one that is not mounted
/// here. What that bounds is not known then, which is not to be taken for no bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cgroups {
    pub(super) cpu: Answer<Option<Hierarchy>>,
    pub(super) memory: Answer<Option<Hierarchy>>,
    /// Version 2, which alone has PSI.
    pub(super) unified: Option<Hierarchy>,
}

impl Cgroups {
    /// Whether all that there is was found: what is not mounted may be mounted later.
    const fn is_whole(&self) -> bool {
        self.cpu.is_ok() && self.memory.is_ok()
    }
}

/// The groups of this process, found anew when it is moved to others.
#[derive(Debug, Default)]
pub(super) struct Membership {
    text: String,
    found: Option<Cgroups>,
}

impl Membership {
    /// The groups now.
    pub(super) fn read(&mut self, files: &mut Files) -> Answer<&Cgroups> {
        let text = match files.find("proc/self/cgroup", |text| Some(text.to_owned()))? {
            Some(text) => text,
            // A kernel without control groups.
            None if files.exists("proc/self") => String::new(),
            None => return Err("/proc is not there".into()),
        };
        let is_known = self.text == text && self.found.as_ref().is_some_and(Cgroups::is_whole);
        if !is_known {
            let switched_off = files.find("proc/cgroups", |text| Some(switched_off(text)))?;
            let switched_off = switched_off.unwrap_or_default();
            let found = files.read("proc/self/mountinfo", |mounts| {
                Some(locate(&text, mounts, &switched_off))
            })?;
            self.found = Some(found);
            self.text = text;
        }
        self.found.as_ref().ok_or("not read".into())
    }

    /// The group as it was found last in version 2, which alone has PSI.
    pub(super) fn unified(&self) -> Option<&Hierarchy> {
        self.found.as_ref()?.unified.as_ref()
    }
}

/// On a hybrid host a controller belongs to version 1 or to version 2, never to both: the one that names it has it.
fn locate(groups: &str, mounts: &str, switched_off: &[String]) -> Cgroups {
    let mounts = || {
        mounts
            .lines()
            .filter_map(|line| MountInfo::from_line(line).ok())
    };
    let group = group_of(groups, "");
    let unified = group.and_then(|group| {
        let mount = mounts().find(|mount| mount.fs_type == "cgroup2")?;
        hierarchy(Version::Two, &mount, group)
    });
    let controller = |name: &str| match group_of(groups, name) {
        Some(group) => mounts()
            .find(|mount| mount.fs_type == "cgroup" && mount.super_options.contains_key(name))
            .and_then(|mount| hierarchy(Version::One, &mount, group))
            .map(Some)
            .ok_or_else(|| not_mounted(name)),
        None if switched_off.iter().any(|off| off == name) => Ok(None),
        None if group.is_some() && unified.is_none() => Err(not_mounted(name)),
        None => Ok(unified.clone()),
    };
    Cgroups {
        cpu: controller("cpu"),
        memory: controller("memory"),
        unified: unified.clone(),
    }
}

/// The controllers that the kernel was told to do without: those with a 0 in the last column of `/proc/cgroups`.
fn switched_off(text: &str) -> Vec<String> {
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    let names = rows.filter_map(|line| {
        let columns: Vec<&str> = line.split_ascii_whitespace().collect();
        match columns.as_slice() {
            [name, _, _, "0"] => Some((*name).to_owned()),
            _ => None,
        }
    });
    names.collect()
}

fn not_mounted(controller: &str) -> Reason {
    format!("the control groups of {controller} are not mounted here").into()
}

/// The path in the line `number:controllers:path` that names `controller`; version 2 names none (cgroups(7)).
fn group_of<'a>(groups: &'a str, controller: &str) -> Option<&'a str> {
    groups.lines().find_map(|line| {
        let (_, named) = line.split_once(':')?;
        let (controllers, path) = named.split_once(':')?;
        controllers
            .split(',')
            .any(|name| name == controller)
            .then_some(path)
    })
}

fn hierarchy(version: Version, mount: &MountInfo, group: &str) -> Option<Hierarchy> {
    let top = mount.mount_point.to_str()?.trim_matches('/');
    Some(Hierarchy {
        version,
        levels: levels(top, below(&mount.root, group)),
    })
}

/// The part of `group` below the group that is mounted; nothing where `group` lies outside it, as in a container that sees the host's
/// path but mounts its own group alone.
fn below<'a>(mounted: &str, group: &'a str) -> &'a str {
    let inside = group
        .strip_prefix(mounted.trim_end_matches('/'))
        .filter(|rest| rest.is_empty() || rest.starts_with('/'))
        .unwrap_or("");
    let escapes = inside.split('/').any(|part| part == "..");
    if escapes {
        ""
    } else {
        inside.trim_matches('/')
    }
}

fn levels(top: &str, below: &str) -> Vec<String> {
    let ends = below
        .match_indices('/')
        .map(|(end, _)| end)
        .chain((!below.is_empty()).then_some(below.len()));
    let mut levels = vec![top.to_owned()];
    levels.extend(
        ends.take(DEEPEST)
            .map(|end| format!("{top}/{}", &below[..end])),
    );
    levels.reverse();
    levels
}

/// Groups nest about six deep where systemd and Kubernetes meet; past this only the outer ones are read.
const DEEPEST: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_looked_for_below_its_mount_and_nowhere_else() {
        assert_eq!(below("/", "/a.slice/b.scope"), "a.slice/b.scope");
        assert_eq!(below("/docker/1", "/docker/1/inner"), "inner");
        assert_eq!(below("/docker/1", "/docker/12"), "");
        assert_eq!(below("/docker/1", "/system.slice"), "");
        assert_eq!(below("/", "/a/../../etc"), "");
    }

    #[test]
    fn levels_go_from_the_group_up_to_its_mount() {
        assert_eq!(levels("cg", "a/b"), ["cg/a/b", "cg/a", "cg"]);
        assert_eq!(levels("cg", ""), ["cg"]);
        assert_eq!(levels("cg", &"a/".repeat(9_000)).len(), DEEPEST + 1);
    }

    #[test]
    fn a_controller_that_version_1_names_is_not_looked_for_in_version_2() {
        let groups = "3:cpu,cpuacct:/a\n0::/b\n";
        let mounts = "31 1 0:1 / /v1 rw - cgroup cgroup rw,cpu,cpuacct\n32 1 0:2 / /v2 rw - cgroup2 none rw\n";
        let found = locate(groups, mounts, &[]);
        assert_eq!(
            found.cpu.map(|cpu| cpu.map(|cpu| cpu.levels)),
            Ok(Some(vec!["v1/a".into(), "v1".into()]))
        );
        assert_eq!(found.memory, Ok(found.unified));
    }

    #[test]
    fn what_is_not_mounted_is_not_taken_for_no_bound() {
        let reason = Err("the control groups of cpu are not mounted here".into());
        assert_eq!(locate("3:cpu,cpuacct:/a\n", "", &[]).cpu, reason);
        assert_eq!(locate("0::/\n", "", &[]).cpu, reason);
        assert_eq!(locate("", "", &[]).cpu, Ok(None));
        let table =
            "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t0\t1\t0\nmemory\t0\t1\t1\n";
        let off = switched_off(table);
        assert_eq!(off, ["cpu"]);
        assert_eq!(locate("0::/\n", "", &off).cpu, Ok(None));
        // Version 1 alone, without the controller.
        assert_eq!(locate("1:name=systemd:/a\n", "", &[]).cpu, Ok(None));
    }
}
