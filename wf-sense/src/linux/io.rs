//! `/proc/self/io`: what this process had storage do.

use super::files::{Files, number_of};
use crate::reading::ReadResult;
use crate::readings::BlockIo;
use wf_instrument::Bytes;

pub(super) fn read(files: &mut Files) -> ReadResult<BlockIo> {
    files.read("proc/self/io", parse)
}

fn parse(text: &str) -> Option<BlockIo> {
    Some(BlockIo {
        read: Bytes::new(number_of(text, "read_bytes")?),
        written: Bytes::new(number_of(text, "write_bytes")?),
    })
}
