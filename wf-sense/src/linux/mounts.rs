//! `/proc/self/mountinfo`: where control groups are mounted, and which mounts can be reached.

use procfs::process::MountInfo;

/// Every mount that this process has.
#[derive(Debug)]
pub(super) struct Mounts(Vec<Mount>);

/// One mount, of control groups or of anything else.
#[derive(Debug)]
pub(super) struct Mount {
    id: i32,
    parent: i32,
    kind: String,
    /// The controllers of version 1, among others.
    options: Vec<String>,
    /// The directory of the file system that is mounted: of control groups, a group.
    pub(super) root: String,
    pub(super) point: String,
}

impl Mounts {
    /// Reads `mountinfo`, without the lines that are not in its form.
    pub(super) fn parse(text: &str) -> Self {
        let lines = text
            .lines()
            .filter_map(|line| MountInfo::from_line(line).ok());
        Self(lines.filter_map(Mount::of).collect())
    }

    /// Mounts of version 2.
    pub(super) fn unified(&self) -> Vec<&Mount> {
        self.all(|mount| mount.kind == "cgroup2")
    }

    /// Mounts of version 1 that have a controller.
    pub(super) fn with(&self, controller: &str) -> Vec<&Mount> {
        let has = |mount: &Mount| mount.options.iter().any(|option| option == controller);
        self.all(|mount| mount.kind == "cgroup" && has(mount))
    }

    fn all(&self, wanted: impl Fn(&Mount) -> bool) -> Vec<&Mount> {
        self.0.iter().filter(|mount| wanted(mount)).collect()
    }

    /// Checks whether its path leads to another mount: one that lies over it, or over a mount that
    /// it is in.
    pub(super) fn is_hidden(&self, mount: &Mount) -> bool {
        let mut way = (None, Some(mount));
        // At most as many steps as there are mounts: a file may claim that they are in each other.
        for _ in &self.0 {
            let (from, Some(at)) = way else { break };
            // The mount that the way comes from may itself lie over the one that it is in.
            let covers = |other: &Mount| Some(other.id) != from && other.covers(at);
            if self.0.iter().any(covers) {
                return true;
            }
            way = (
                Some(at.id),
                self.0.iter().find(|other| other.id == at.parent),
            );
        }
        false
    }
}

impl Mount {
    fn of(info: MountInfo) -> Option<Self> {
        Some(Self {
            id: info.mnt_id,
            parent: info.pid,
            kind: info.fs_type,
            options: info.super_options.into_keys().collect(),
            root: unescaped(&info.root),
            point: unescaped(info.mount_point.to_str()?),
        })
    }

    /// Checks whether it lies on the other one's root, or on a directory between that and their
    /// parent's.
    fn covers(&self, other: &Self) -> bool {
        let on_top = self.parent == other.id && self.point == other.point;
        let above = self.parent == other.parent && is_inside(&other.point, &self.point);
        self.id != other.id && (on_top || above)
    }
}

/// Checks whether a path lies below another, which is not the root.
fn is_inside(path: &str, directory: &str) -> bool {
    directory != "/"
        && path
            .strip_prefix(directory)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// Undoes the escapes of a path: the kernel writes spaces, tabs, ends of lines and backslashes as a
/// backslash and three octal digits.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let (byte, left) = match octal(after).filter(|_| first == b'\\') {
            Some(byte) => (byte, &after[3..]),
            None => (first, after),
        };
        bytes.push(byte);
        rest = left;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn octal(digits: &[u8]) -> Option<u8> {
    let digits = str::from_utf8(digits.get(..3)?).ok()?;
    u8::from_str_radix(digits, 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the mounts of version 2 that can be reached.
    fn reached(text: &str) -> Vec<String> {
        let mounts = Mounts::parse(text);
        let found = mounts
            .unified()
            .into_iter()
            .filter(|mount| !mounts.is_hidden(mount));
        found.map(|mount| mount.point.clone()).collect()
    }

    #[test]
    fn a_mount_is_hidden_by_what_lies_over_it_or_over_what_it_is_in() {
        let own = "22 1 0:1 / / rw - ext4 a rw\n24 22 0:2 / /sys rw - sysfs s rw\n40 24 0:3 / /sys/fs/cgroup rw - cgroup2 c rw\n";
        assert_eq!(reached(own), ["/sys/fs/cgroup"]);
        for over in [
            "50 40 0:4 / /sys/fs/cgroup rw - tmpfs t rw",
            "50 24 0:4 / /sys/fs rw - tmpfs t rw",
            "50 24 0:4 / /sys rw - tmpfs t rw",
        ] {
            let hidden = reached(&format!("{own}{over}\n"));
            assert!(hidden.is_empty(), "{over}");
        }
        for beside in [
            "50 24 0:4 / /sys/fs/cg rw - tmpfs t rw",
            "50 40 0:4 / /sys/fs/cgroup/a rw - tmpfs t rw",
            // Covered itself by what is mounted on /sys.
            "50 22 0:4 / /sys/fs rw - tmpfs t rw",
        ] {
            assert_eq!(reached(&format!("{own}{beside}\n")).len(), 1, "{beside}");
        }
    }

    #[test]
    fn a_mount_in_what_lies_over_another_is_reached() {
        let mounts = "22 1 0:1 / / rw - ext4 a rw\n31 22 0:2 / /cg rw - tmpfs t rw\n35 31 0:3 /../.. /cg/unified rw - cgroup2 c rw\n\
            63 31 0:4 / /cg rw - tmpfs t rw\n66 63 0:3 / /cg/unified rw - cgroup2 c rw\n";
        let parsed = Mounts::parse(mounts);
        let found = parsed.unified().into_iter();
        let found: Vec<i32> = found
            .filter(|mount| !parsed.is_hidden(mount))
            .map(|mount| mount.id)
            .collect();
        assert_eq!(found, [66]);
    }

    #[test]
    fn mounts_that_claim_to_be_in_each_other_are_not_followed_for_ever() {
        let text = "1 2 0:1 / /a rw - cgroup2 c rw\n2 1 0:1 / /b rw - cgroup2 c rw\n";
        assert_eq!(reached(text).len(), 2);
    }

    #[test]
    fn names_are_written_with_octal_digits_for_some_bytes() {
        for (written, name) in [
            (r"/a\040b", "/a b"),
            (r"/\134\011\012", "/\\\t\n"),
            (r"/\303\251", "/é"),
            (r"/a\04", r"/a\04"),
            (r"/a\999", r"/a\999"),
        ] {
            assert_eq!(unescaped(written), name);
        }
    }
}
