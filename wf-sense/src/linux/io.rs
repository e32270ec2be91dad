//! `/proc/self/io`: what this process had storage do.

use super::files::{Files, number_of};
use crate::reading::Answer;
use crate::readings::Moved;
use wf_instrument::Bytes;

pub(super) fn read(files: &mut Files) -> Answer<Moved> {
    files.read("proc/self/io", parse)
}

fn parse(text: &str) -> Option<Moved> {
    Some(Moved {
        read: Bytes::new(number_of(text, "read_bytes")?),
        written: Bytes::new(number_of(text, "write_bytes")?),
    })
}
