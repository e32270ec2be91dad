//! The kernel's text files, read whole and parsed.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::reading::{ReadResult, Reason};
use wf_instrument::fork::NotInherited;

/// Reads files below a root, all through one buffer, which grows to the largest of them and stays.
#[derive(Debug)]
pub(super) struct Files {
    root: PathBuf,
    /// The directory of this process, relative to the root.
    process: String,
    buffer: Vec<u8>,
    kept: OpenFiles,
    /// No file could be opened for want of descriptors, since the last [`begin`](Self::begin).
    exhausted: bool,
}

impl Files {
    pub(super) fn new(root: PathBuf) -> Self {
        Self {
            root,
            process: PROCESS.to_owned(),
            buffer: Vec::new(),
            kept: OpenFiles::default(),
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
    pub(super) fn set_process_directory(&mut self, directory: String) {
        self.process = directory;
    }

    /// The path of a file of this process.
    pub(super) fn of_process(&self, name: &str) -> String {
        format!("{}/{name}", self.process)
    }

    /// Reads the file at `path`, relative to the root, by `parse`.
    pub(super) fn read<T>(
        &mut self,
        path: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> ReadResult<T> {
        let parsed = self.load(path).map(|text| parse(&text));
        understood(path, parsed)
    }

    /// The same, with `None` where there is no such file, or its thread has ended.
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

    /// As [`find`](Self::find), of a file that is read often: it is kept open.
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

    /// The path below the root.
    pub(super) fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Returns whether there is a file or directory at `path`.
    pub(super) fn exists(&self, path: &str) -> bool {
        self.at(path).exists()
    }

    /// Checks whether these are the kernel's files, and not a recording.
    pub(super) fn are_live(&self) -> bool {
        self.root == Path::new("/")
    }

    /// Checks whether its `/proc` has the files of the host, and not those of processes alone
    /// (mount option `subset=pid`).
    pub(super) fn shows_host(&self) -> bool {
        self.exists("proc/stat")
    }

    /// The number of files in the directory at `path`.
    pub(super) fn count(&self, path: &str) -> ReadResult<u64> {
        entries(&self.at(path)).map_err(|error| format!("/{path}: {error}").into())
    }

    /// The names in the directory at `path` that are numbers.
    pub(super) fn numbers(&self, path: &str) -> ReadResult<Vec<u64>> {
        numbers(&self.at(path)).map_err(|error| format!("/{path}: {error}").into())
    }

    /// A group's file that is kept open cannot be read after the group is removed, and is opened
    /// anew.
    fn load_again(&mut self, path: &str) -> io::Result<()> {
        let held = self.kept.get(path);
        if held.is_some_and(|file| whole(file, &mut self.buffer).is_ok()) {
            return Ok(());
        }
        self.kept.remove(path);
        let file = self.open(path)?;
        whole(&file, &mut self.buffer)?;
        self.kept.keep(path, file);
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

/// No such file, a thread that has ended, or pressure that is switched off for a group
/// (`cgroup.pressure`).
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

/// No file that is read here comes near this: `/proc/stat` of a host with 512 processors has some
/// 100 KiB. Longer files are cut.
const LONGEST: u64 = 1 << 20;

/// Files that are kept open, since opening one costs more than reading it.
#[derive(Debug, Default)]
pub(super) struct OpenFiles {
    open: Vec<(String, NotInherited<File>)>,
}

impl OpenFiles {
    pub(super) fn get(&mut self, path: &str) -> Option<&File> {
        // A forked child's `/proc/self` is another, and its parent's files are closed in it.
        if self
            .open
            .first()
            .is_some_and(|(_, file)| !file.in_same_process())
        {
            self.open.clear();
        }
        self.open
            .iter()
            .find_map(|(held, file)| (held == path).then_some(&**file))
    }

    pub(super) fn remove(&mut self, path: &str) {
        self.open.retain(|(held, _)| held != path);
    }

    /// Begins anew where there are too many: the process was moved about, and most of them are of
    /// groups that it has left.
    pub(super) fn keep(&mut self, path: &str, file: NotInherited<File>) {
        if self.open.len() == MOST_KEPT {
            self.open.clear();
        }
        self.open.push((path.to_owned(), file));
    }
}

/// Reads a file from its beginning, without regard to where it was read to.
pub(super) fn whole(file: &File, buffer: &mut Vec<u8>) -> io::Result<()> {
    buffer.clear();
    loop {
        let read = buffer.len();
        buffer.resize(read + CHUNK, 0);
        match file.read_at(&mut buffer[read..], read as u64) {
            Ok(0) => {
                buffer.truncate(read);
                return Ok(());
            }
            Ok(more) => buffer.truncate(read + more),
            Err(error) if error.kind() == ErrorKind::Interrupted => buffer.truncate(read),
            Err(error) => return Err(error),
        }
        if buffer.len() as u64 >= LONGEST {
            return Ok(());
        }
    }
}

/// Resident and available memory, three pressures of the host and three of the group, and the
/// memory charged to each level with a limit.
const MOST_KEPT: usize = 32;

/// Most bytes of the files of a fast read, except a long `/proc/meminfo`.
const CHUNK: usize = 4096;

/// The directory of this process while its first thread lives, or it is not known whether it does.
pub(super) const PROCESS: &str = "proc/self";

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
        for (text, expected) in [("7", 7), ("1234", 1234), ("5", 5)] {
            fs::write(directory.join("number"), text).unwrap();
            assert_eq!(files.read_again("number", number), Ok(expected));
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

    fn any() -> NotInherited<File> {
        NotInherited::new(File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap())
    }

    #[test]
    fn at_most_32_files_are_kept_open() {
        let mut held = OpenFiles::default();
        for number in 0..40 {
            held.keep(&number.to_string(), any());
        }
        assert_eq!(held.open.len(), 40 - MOST_KEPT);
        assert!(held.open.iter().any(|(path, _)| path == "39"));
    }
}
