//! The kernel's text files, read whole and parsed.

mod held;

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use self::held::{Held, whole};
use super::own;
use crate::reading::{ReadResult, Reason};
use wf_instrument::fork::NotInherited;

/// Reads files below a root, all through one buffer, which grows to the largest of them and stays.
#[derive(Debug)]
pub(super) struct Files {
    root: PathBuf,
    /// The directory of this process, relative to the root.
    own: String,
    buffer: Vec<u8>,
    held: Held,
    /// No file could be opened for want of descriptors, since it was last [asked](Self::begin) to
    /// begin.
    exhausted: bool,
}

impl Files {
    pub(super) fn new(root: PathBuf) -> Self {
        Self {
            root,
            own: own::FIRST.to_owned(),
            buffer: Vec::new(),
            held: Held::default(),
            exhausted: false,
        }
    }

    /// Begins a pass or a fast read.
    pub(super) const fn begin(&mut self) {
        self.exhausted = false;
    }

    /// Checks whether a file was not read because this process, or the host, may open no more:
    /// which says nothing of the file.
    pub(super) const fn is_exhausted(&self) -> bool {
        self.exhausted
    }

    /// Takes `directory` for that of this process.
    pub(super) fn settle(&mut self, directory: String) {
        self.own = directory;
    }

    /// The path of a file of this process.
    pub(super) fn own(&self, name: &str) -> String {
        format!("{}/{name}", self.own)
    }

    /// What `parse` makes of the file at `path`, relative to the root.
    pub(super) fn read<T>(
        &mut self,
        path: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> ReadResult<T> {
        let parsed = self.load(path).map(|text| parse(&text));
        understood(path, parsed)
    }

    /// The same, with `None` where there is no such file, or the thread that it tells of has ended.
    pub(super) fn find<T>(
        &mut self,
        path: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> ReadResult<Option<T>> {
        match self.load(path) {
            Err(error) if is_gone(&error) => Ok(None),
            loaded => understood(path, loaded.map(|text| parse(&text))).map(Some),
        }
    }

    /// As [`find`](Self::find), of a file of a control group. A group whose directory is not there
    /// may have any file.
    pub(super) fn find_in<T>(
        &mut self,
        group: &str,
        name: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> ReadResult<Option<T>> {
        let found = self.find(&format!("{group}/{name}"), parse)?;
        match found.is_some() || self.exists(group) {
            true => Ok(found),
            false => Err(GONE),
        }
    }

    /// As [`find`](Self::find), of a file that is asked for often and stays where it is.
    pub(super) fn find_again<T>(
        &mut self,
        path: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> ReadResult<Option<T>> {
        match self.load_again(path) {
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => understood(path, Err(error)).map(Some),
            Ok(()) => {
                let text = String::from_utf8_lossy(&self.buffer);
                understood(path, Ok(parse(&text))).map(Some)
            }
        }
    }

    /// As [`read`](Self::read), likewise.
    pub(super) fn read_again<T>(
        &mut self,
        path: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> ReadResult<T> {
        let found = self.find_again(path, parse)?;
        found.ok_or_else(|| format!("{}: there is no such file", shown(path)).into())
    }

    /// Where `path` really is.
    pub(super) fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Whether there is a file or directory at `path`.
    pub(super) fn exists(&self, path: &str) -> bool {
        self.at(path).exists()
    }

    /// Checks whether its `/proc` has the files of the host, and not those of processes alone
    /// (mount option `subset=pid`).
    pub(super) fn shows_host(&self) -> bool {
        self.exists("proc/stat")
    }

    /// How many files the directory at `path` has.
    pub(super) fn count(&self, path: &str) -> ReadResult<u64> {
        entries(&self.at(path)).map_err(|error| format!("/{path}: {error}").into())
    }

    /// The names in the directory at `path` that are numbers.
    pub(super) fn numbers(&self, path: &str) -> ReadResult<Vec<u64>> {
        numbers(&self.at(path)).map_err(|error| format!("/{path}: {error}").into())
    }

    /// A group's file that is held when the group goes tells nothing any more, and is looked for anew.
    fn load_again(&mut self, path: &str) -> io::Result<()> {
        let held = self.held.get(path);
        if held.is_some_and(|file| whole(file, &mut self.buffer).is_ok()) {
            return Ok(());
        }
        self.held.forget(path);
        let file = self.open(path)?;
        whole(&file, &mut self.buffer)?;
        self.held.keep(path, file);
        Ok(())
    }

    fn load(&mut self, path: &str) -> io::Result<Cow<'_, str>> {
        let file = self.open(path)?;
        self.buffer.clear();
        (&*file).take(LONGEST).read_to_end(&mut self.buffer)?;
        Ok(String::from_utf8_lossy(&self.buffer))
    }

    fn open(&mut self, path: &str) -> io::Result<NotInherited<File>> {
        let opened = File::open(self.root.join(path));
        let code = opened.as_ref().err().and_then(io::Error::raw_os_error);
        self.exhausted |= matches!(code, Some(libc::EMFILE | libc::ENFILE));
        opened.map(NotInherited::new)
    }
}

/// The first value after `key` in lines of the form `key value` or `key: value`, in any order.
pub(super) fn value_of<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let mut words = line.split_ascii_whitespace();
        let name = words.next()?;
        (name.strip_suffix(':').unwrap_or(name) == key)
            .then(|| words.next())
            .flatten()
    })
}

/// That value as a number.
pub(super) fn number_of(text: &str, key: &str) -> Option<u64> {
    value_of(text, key)?.parse().ok()
}

/// That value, counted in units of 1024 bytes as `kB` is in `/proc`, in bytes.
pub(super) fn kibibytes_of(text: &str, key: &str) -> Option<u64> {
    number_of(text, key)?.checked_mul(1024)
}

fn understood<T>(path: &str, parsed: io::Result<Option<T>>) -> ReadResult<T> {
    match parsed {
        Ok(Some(value)) => Ok(value),
        Ok(None) => {
            Err(format!("{}: not in the form that the kernel documents", shown(path)).into())
        }
        Err(error) => Err(format!("{}: {error}", shown(path)).into()),
    }
}

/// Without the names of groups and the numbers of threads, which differ from process to process: a
/// reason is one of few, and may be a label.
fn shown(path: &str) -> String {
    let (directory, file) = path.rsplit_once('/').unwrap_or(("", path));
    match directory.split_once('/') {
        Some(("proc", below)) if below.starts_with("self/task/") => {
            format!("/proc/self/task/…/{file}")
        }
        Some(("sys", below)) if below.starts_with("fs/cgroup/") => {
            format!("/sys/fs/cgroup/…/{file}")
        }
        None | Some(("proc" | "sys", _)) => format!("/{path}"),
        // Where else control groups are mounted.
        Some(_) => format!("/…/{file}"),
    }
}

/// No such file, a thread that has ended, or pressure that is switched off for a group (`cgroup.pressure`).
fn is_gone(error: &io::Error) -> bool {
    let codes = [libc::ESRCH, libc::EOPNOTSUPP];
    error.kind() == ErrorKind::NotFound
        || error
            .raw_os_error()
            .is_some_and(|code| codes.contains(&code))
}

fn numbers(directory: &Path) -> io::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        numbers.extend(name.to_str().and_then(|name| name.parse::<u64>().ok()));
    }
    Ok(numbers)
}

fn entries(directory: &Path) -> io::Result<u64> {
    fs::read_dir(directory)?.try_fold(0, |count, entry| entry.map(|_| count + 1))
}

pub(super) const GONE: Reason =
    Reason::Borrowed("the directory of a control group that this process is in is not there");

/// No file that is read here comes near this: `/proc/stat` of a host with 512 processors has some 100 KiB. What is longer is cut.
const LONGEST: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_whole_word_and_its_first_line_counts() {
        let text = "inactive_file_x 1\ninactive_file 2\ninactive_file 3\nMemTotal:   4 kB\nlone\n";
        assert_eq!(number_of(text, "inactive_file"), Some(2));
        assert_eq!(kibibytes_of(text, "MemTotal"), Some(4096));
        assert_eq!(value_of(text, "lone"), None);
        assert_eq!(value_of(text, "Mem"), None);
    }

    #[test]
    fn a_file_that_is_held_is_read_as_it_is_now() {
        let directory = std::env::temp_dir().join(format!("wf-held-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let mut files = Files::new(directory.clone());
        let number = |text: &str| text.trim().parse::<u64>().ok();
        assert_eq!(files.find_again("number", number), Ok(None));
        for (text, told) in [("7", 7), ("1234", 1234), ("5", 5)] {
            fs::write(directory.join("number"), text).unwrap();
            assert_eq!(files.read_again("number", number), Ok(told));
        }
        let long = "9".repeat(10_000);
        fs::write(directory.join("number"), &long).unwrap();
        assert_eq!(
            files.read_again("number", |text| Some(text.len())),
            Ok(10_000)
        );
        fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn a_reason_names_no_group() {
        let deep = "sys/fs/cgroup/kubepods.slice/pod7/cpu.max";
        assert_eq!(shown(deep), "/sys/fs/cgroup/…/cpu.max");
        assert_eq!(shown("sys/fs/cgroup/cpu.max"), "/sys/fs/cgroup/cpu.max");
        assert_eq!(shown("proc/self/io"), "/proc/self/io");
        assert_eq!(shown("proc/stat"), "/proc/stat");
        assert_eq!(shown("mnt/cg/pod7/cpu.max"), "/…/cpu.max");
        assert_eq!(shown("proc/self/task/7/status"), "/proc/self/task/…/status");
    }

    #[test]
    fn a_size_past_all_of_u64_is_no_size() {
        assert_eq!(
            kibibytes_of("VmRSS: 18446744073709551615 kB", "VmRSS"),
            None
        );
        assert_eq!(number_of("threads -1", "threads"), None);
    }
}
