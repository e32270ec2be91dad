//! `/proc/vmstat`: what the host moved to swap space and back.

use super::files::{Files, number_of};
use crate::reading::ReadResult;
use crate::readings::Swapped;
use wf_instrument::{Bytes, Nanos, PerSecond};

pub(super) fn read(files: &mut Files) -> ReadResult<Swapped> {
    files.read("proc/vmstat", |text| parse(text, procfs::page_size()))
}

/// Bytes a second, both ways together.
pub(super) fn rate(before: &Swapped, now: &Swapped, span: Nanos) -> ReadResult<PerSecond> {
    let moved = |of: &Swapped| of.read.get().saturating_add(of.written.get());
    let bytes = moved(now).checked_sub(moved(before));
    bytes
        .and_then(|bytes| PerSecond::of(bytes, span))
        .ok_or("the count of swapped pages went backwards".into())
}

fn parse(text: &str, page_size: u64) -> Option<Swapped> {
    let bytes = |key: &str| number_of(text, key)?.checked_mul(page_size).map(Bytes::new);
    Some(Swapped {
        read: bytes("pswpin")?,
        written: bytes("pswpout")?,
    })
}
