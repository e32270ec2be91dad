//! Machines whose `/proc` and `/sys` are plain files.
#![allow(dead_code, reason = "not every test file uses all of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Readings that another part of the program offers, and that no file has.
pub(crate) const OFFERED: [&str; 8] = [
    "heap",
    "gpus",
    "gpu",
    "gpu_memory",
    "runtime",
    "runtime_busy",
    "alarms",
    "guard",
];

/// A tree of the kernel's files below a directory of its own, which goes when it does.
pub(crate) struct Machine {
    root: PathBuf,
}

impl Machine {
    /// The machine in `tests/data/sensor/{name}.txt`: a line on what it is, then each file after a
    /// line `-- path --`.
    pub(crate) fn named(name: &str) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let own = format!("{name}-{}-{number}", std::process::id());
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(own);
        let machine = Self { root };
        machine.overlay(name);
        machine
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Replaces the files that `name` has.
    pub(crate) fn overlay(&self, name: &str) {
        for (path, bytes) in files(name) {
            self.write(&path, &bytes);
        }
    }

    pub(crate) fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.root.join(path)).expect("the file is there")
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.root.join(path);
        let directory = path.parent().expect("a file is in a directory");
        fs::create_dir_all(directory).expect("the build directory is writable");
        fs::write(path, bytes).expect("the build directory is writable");
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.root.join(path)).expect("the file is there");
    }

    pub(crate) fn remove_directory(&self, path: &str) {
        fs::remove_dir_all(self.root.join(path)).expect("the directory is there");
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// The files of a machine, by path.
fn files(name: &str) -> Vec<(String, Vec<u8>)> {
    let path = format!(
        "{}/tests/data/sensor/{name}.txt",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = fs::read(&path).expect("the machine is recorded");
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        match (header(line), files.last_mut()) {
            (Some(path), _) => files.push((path, Vec::new())),
            (None, Some((_, bytes))) => bytes.extend_from_slice(line),
            (None, None) => {}
        }
    }
    files
}

fn header(line: &[u8]) -> Option<String> {
    let line = str::from_utf8(line).ok()?;
    let path = line.strip_prefix("-- ")?.strip_suffix(" --\n")?;
    Some(path.to_owned())
}
