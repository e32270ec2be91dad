//! `/proc/self/statm`: how much is resident, for less than `/proc/self/status` costs.

use super::files::Files;
use crate::sensor::reading::Answer;
use crate::units::Bytes;

pub(super) fn read(files: &mut Files) -> Answer<Bytes> {
    files.read_again("proc/self/statm", |text| parse(text, procfs::page_size()))
}

/// The second field counts resident pages (proc_pid_statm(5)).
fn parse(text: &str, page_size: u64) -> Option<Bytes> {
    let pages: u64 = text.split_ascii_whitespace().nth(1)?.parse().ok()?;
    pages.checked_mul(page_size).map(Bytes::new)
}
