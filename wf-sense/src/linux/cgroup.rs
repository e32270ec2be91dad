//! `/proc/self/cgroup` and `/proc/self/mountinfo`: in which control groups this process is, and
//! where they are mounted.

use super::files::Files;
use super::mounts::{Mount, Mounts};
use crate::reading::{ReadResult, Reason};

/// Version of the interface of a hierarchy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    One,
    Two,
}

/// The groups that bind this process in one hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hierarchy {
    pub(super) version: Version,
    /// Directories, relative to the root: the process's own group first, then its ancestors as far
    /// as they are mounted here.
    pub(super) levels: Vec<String>,
}

/// The groups that limit this process, by controller: `None` where the kernel has no such
/// controller, an error where it has one whose groups are not visible here. Their limits are
/// unknown then, which is not the same as no limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cgroups {
    pub(super) cpu: ReadResult<Option<Hierarchy>>,
    pub(super) memory: ReadResult<Option<Hierarchy>>,
    pub(super) cpuset: ReadResult<Option<Hierarchy>>,
    /// Version 2, which alone has PSI; `None` where it is not mounted since version 1 has the
    /// controllers.
    pub(super) unified: ReadResult<Option<Hierarchy>>,
}

impl Cgroups {
    /// Returns whether all groups were found: one that is not mounted may be mounted later.
    /// The threads' masks stand in for a cpuset that was not found.
    const fn is_whole(&self) -> bool {
        self.cpu.is_ok() && self.memory.is_ok() && self.unified.is_ok()
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
    pub(super) fn read(&mut self, files: &mut Files) -> ReadResult<&Cgroups> {
        let text = match files.find(&files.of_process("cgroup"), lines)? {
            Some(text) => text,
            // A kernel without control groups.
            None if files.exists(&files.of_process("stat")) => String::new(),
            None => return Err("/proc is not there".into()),
        };
        let is_known = self.text == text && self.found.as_ref().is_some_and(Cgroups::is_whole);
        if !is_known {
            let switched_off = files.find("proc/cgroups", |text| Some(switched_off(text)))?;
            let mounts = files.read(&files.of_process("mountinfo"), |text| {
                Some(Mounts::parse(text))
            })?;
            let search = Search {
                groups: &text,
                mounts: &mounts,
                switched_off: &switched_off.unwrap_or_default(),
                exists: &|directory| files.exists(directory),
            };
            self.found = Some(search.all());
            self.text = text;
        }
        self.found.as_ref().ok_or("not read".into())
    }

    /// The group as it was found last in version 2, which alone has PSI.
    pub(super) fn unified(&self) -> ReadResult<Option<&Hierarchy>> {
        match &self.found {
            Some(found) => found
                .unified
                .as_ref()
                .map_err(Clone::clone)
                .map(Option::as_ref),
            None => Ok(None),
        }
    }
}

/// The groups and mounts to search.
struct Search<'a> {
    /// The lines of `/proc/self/cgroup`.
    groups: &'a str,
    mounts: &'a Mounts,
    switched_off: &'a [String],
    exists: &'a dyn Fn(&str) -> bool,
}

impl Search<'_> {
    fn all(&self) -> Cgroups {
        Cgroups {
            cpu: self.controller("cpu"),
            memory: self.controller("memory"),
            cpuset: self.controller("cpuset"),
            unified: self.stalls(),
        }
    }

    /// On a hybrid host a controller belongs to version 1 or to version 2, never to both: the one
    /// that names it has it.
    fn controller(&self, name: &str) -> ReadResult<Option<Hierarchy>> {
        match self.group_of(name) {
            Some(group) => {
                let mounted = self.mounts.with(name);
                self.find(Version::One, mounted, group, name).map(Some)
            }
            None if self.switched_off.iter().any(|off| off == name) => Ok(None),
            None => self.second(name),
        }
    }

    fn stalls(&self) -> ReadResult<Option<Hierarchy>> {
        let first = self.group_of("cpu").is_some() || self.group_of("memory").is_some();
        match first && self.mounts.unified().is_empty() {
            true => Ok(None),
            false => self.second("version 2"),
        }
    }

    fn second(&self, name: &str) -> ReadResult<Option<Hierarchy>> {
        let found = self
            .group_of("")
            .map(|group| self.find(Version::Two, self.mounts.unified(), group, name));
        found.transpose()
    }

    /// The group by the mount that shows most of the groups around it, of those that can be reached
    /// and lead to it.
    fn find(
        &self,
        version: Version,
        mounted: Vec<&Mount>,
        group: &str,
        name: &str,
    ) -> ReadResult<Hierarchy> {
        if mounted.is_empty() {
            return Err(format!("the control groups of {name} are not mounted here").into());
        }
        let mut leading: Vec<(&Mount, &str)> = mounted
            .into_iter()
            .filter(|mount| !self.mounts.is_hidden(mount))
            .filter_map(|mount| Some((mount, below(&mount.root, group)?)))
            .collect();
        leading.sort_by_key(|(mount, _)| mount.root.len());
        let mut levels = leading
            .into_iter()
            .map(|(mount, below)| levels(mount.point.trim_matches('/'), below));
        match levels.find(|levels| (self.exists)(&levels[0])) {
            None => Err(unreachable_group(name)),
            Some(levels) if levels.len() > DEEPEST => Err(TOO_DEEP),
            Some(levels) => Ok(Hierarchy { version, levels }),
        }
    }

    /// The path in the line `number:controllers:path` that names `controller`; version 2 names none
    /// (cgroups(7)).
    fn group_of(&self, controller: &str) -> Option<&str> {
        self.groups.lines().find_map(|line| {
            let (_, named) = line.split_once(':')?;
            let (controllers, path) = named.split_once(':')?;
            controllers
                .split(',')
                .any(|name| name == controller)
                .then_some(path)
        })
    }
}

/// Lines of the form `number:controllers:path`; anything else says nothing of groups, and not that
/// there are none.
fn lines(text: &str) -> Option<String> {
    let is_one = |line: &str| {
        let number = line.split_once(':').filter(|(_, rest)| rest.contains(":/"));
        number.is_some_and(|(number, _)| number.parse::<u32>().is_ok())
    };
    text.lines().all(is_one).then(|| text.to_owned())
}

/// The controllers that are disabled in the kernel: those with a 0 in the last column of
/// `/proc/cgroups`.
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

fn unreachable_group(name: &str) -> Reason {
    format!(
        "the control group of {name} that this process is in cannot be reached by any mount here"
    )
    .into()
}

/// The part of `group` below the group that is mounted; `None` where it lies outside. A namespace
/// writes what lies outside its own root as `/..`, which names no directory.
fn below<'a>(mounted: &str, group: &'a str) -> Option<&'a str> {
    let rest = group.strip_prefix(mounted.trim_end_matches('/'))?;
    let leaves = |path: &str| path.split('/').any(|part| part == "..");
    let inside = rest.is_empty() || rest.starts_with('/');
    (inside && !leaves(mounted) && !leaves(group)).then(|| rest.trim_matches('/'))
}

fn levels(top: &str, below: &str) -> Vec<String> {
    let ends = below
        .match_indices('/')
        .map(|(end, _)| end)
        .chain((!below.is_empty()).then_some(below.len()));
    let mut levels = vec![top.to_owned()];
    levels.extend(ends.map(|end| format!("{top}/{}", &below[..end])));
    levels.reverse();
    levels
}

const TOO_DEEP: Reason =
    Reason::Borrowed("this process is in a control group that lies more than 32 deep");

/// The mount and 32 groups: they nest about six deep where systemd and Kubernetes meet, and each is
/// read in every pass.
const DEEPEST: usize = 33;

#[cfg(test)]
mod tests {
    use super::*;

    /// Finds groups where every directory is there but those of `/gone`.
    fn locate(groups: &str, mounts: &str, switched_off: &[String]) -> Cgroups {
        let search = Search {
            groups,
            mounts: &Mounts::parse(mounts),
            switched_off,
            exists: &|directory| !directory.starts_with("gone"),
        };
        search.all()
    }

    fn first_of(found: ReadResult<Option<Hierarchy>>) -> Option<String> {
        found.ok()??.levels.first().cloned()
    }

    #[test]
    fn a_group_is_looked_for_below_its_mount_and_nowhere_else() {
        assert_eq!(below("/", "/a.slice/b.scope"), Some("a.slice/b.scope"));
        assert_eq!(below("/", "/"), Some(""));
        assert_eq!(below("/docker/1", "/docker/1/inner"), Some("inner"));
        for (mounted, group) in [
            ("/docker/1", "/docker/12"),
            ("/docker/1", "/system.slice"),
            ("/docker/1", "/"),
            ("/", "/a/../../etc"),
            ("/", "/../other"),
            ("/..", "/"),
            ("/../..", "/../../a"),
        ] {
            assert_eq!(below(mounted, group), None, "{mounted} {group}");
        }
    }

    #[test]
    fn what_is_not_in_the_form_of_groups_is_not_no_group() {
        assert!(lines("12:memory:/docker/3:f\n1:name=systemd:/\n0::/a b\n").is_some());
        assert!(lines("").is_some());
        for junk in ["junk\n", "0::/\n0:", "x::/a\n", "3:cpu\n", "\n"] {
            assert_eq!(lines(junk), None, "{junk:?}");
        }
    }

    #[test]
    fn levels_go_from_the_group_up_to_its_mount() {
        assert_eq!(levels("cg", "a/b"), ["cg/a/b", "cg/a", "cg"]);
        assert_eq!(levels("cg", ""), ["cg"]);
    }

    #[test]
    fn a_group_that_lies_too_deep_is_unknown_and_not_cut() {
        let mounts = "32 1 0:2 / /v2 rw - cgroup2 none rw\n";
        let deep = |levels: usize| locate(&format!("0::{}", "/a".repeat(levels)), mounts, &[]);
        assert_eq!(deep(32).cpu.unwrap().unwrap().levels.len(), 33);
        let found = deep(33);
        assert_eq!(found.cpu, Err(TOO_DEEP));
        assert_eq!(
            (found.memory, found.unified),
            (Err(TOO_DEEP), Err(TOO_DEEP))
        );
    }

    #[test]
    fn the_mount_that_leads_to_the_group_is_used_and_not_the_first() {
        let mounts = "31 1 0:2 /other /mnt rw - cgroup2 none rw\n\
            32 1 0:2 /a/b /own rw - cgroup2 none rw\n\
            33 1 0:2 / /gone rw - cgroup2 none rw\n\
            34 1 0:2 /a /wide\\040er rw - cgroup2 none rw\n";
        let found = |group: &str| first_of(locate(&format!("0::{group}\n"), mounts, &[]).memory);
        assert_eq!(found("/a/b").as_deref(), Some("wide er/b"));
        assert_eq!(found("/other").as_deref(), Some("mnt"));
        assert_eq!(found("/elsewhere"), None);
        assert_eq!(found("/../b"), None);
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
        assert_eq!(found.memory, found.unified);
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

    #[test]
    fn stalls_are_the_hosts_only_where_version_2_has_no_part_in_the_limits() {
        let first = "31 1 0:1 / /v1 rw - cgroup cgroup rw,cpu\n";
        assert_eq!(locate("3:cpu:/a\n0::/a\n", first, &[]).unified, Ok(None));
        assert!(locate("0::/a\n", first, &[]).unified.is_err());
        let elsewhere = format!("{first}32 1 0:2 /other /v2 rw - cgroup2 none rw\n");
        assert!(
            locate("3:cpu:/a\n0::/a\n", &elsewhere, &[])
                .unified
                .is_err()
        );
    }
}
