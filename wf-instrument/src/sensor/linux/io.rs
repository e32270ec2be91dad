//! `/proc/self/io`: what this process had storage do.

use super::files::{Files, number_of};
use crate::sensor::reading::Answer;
use crate::sensor::readings::Moved;
use crate::units::Bytes;

pub(super) fn read(files: &mut Files) -> Answer<Moved> {
    files.read("proc/self/io", parse)
}

fn parse(text: &str) -> Option<Moved> {
    Some(Moved {
        read: Bytes::new(number_of(text, "read_bytes")?),
        written: Bytes::new(number_of(text, "write_bytes")?),
    })
}
