//! Files that are kept open from one read to the next.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;

use super::LONGEST;
use wf_instrument::fork::NotInherited;

/// Files that are kept open, since opening one costs more than reading it.
#[derive(Debug, Default)]
pub(super) struct Held {
    open: Vec<(String, NotInherited<File>)>,
}

impl Held {
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

    pub(super) fn forget(&mut self, path: &str) {
        self.open.retain(|(held, _)| held != path);
    }

    /// Begins anew where there are too many: the process was moved about, and most of them are of groups that it has left.
    pub(super) fn keep(&mut self, path: &str, file: NotInherited<File>) {
        if self.open.len() == MOST_HELD {
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

/// Resident and available memory, three pressures of the host and three of the group, and what each level with a limit holds.
const MOST_HELD: usize = 32;

/// Most bytes of the files of a fast read, except a long `/proc/meminfo`.
const CHUNK: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn any() -> NotInherited<File> {
        NotInherited::new(File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap())
    }

    #[test]
    fn only_so_many_files_are_held() {
        let mut held = Held::default();
        for number in 0..40 {
            held.keep(&number.to_string(), any());
        }
        assert_eq!(held.open.len(), 40 - MOST_HELD);
        assert!(held.open.iter().any(|(path, _)| path == "39"));
    }
}
