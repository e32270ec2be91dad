//! `/proc/self/statm`: how much is resident, for less than `/proc/self/status` costs.

use super::files::Files;
use crate::reading::ReadResult;
use wf_instrument::Bytes;

pub(super) fn read(files: &mut Files) -> ReadResult<Bytes> {
    let path = files.own("statm");
    files.read_again(&path, |text| parse(text, procfs::page_size()))
}

/// The second field counts resident pages (proc_pid_statm(5)). A thread that has ended has none,
/// and no other has none.
fn parse(text: &str, page_size: u64) -> Option<Bytes> {
    let pages: u64 = text.split_ascii_whitespace().nth(1)?.parse().ok()?;
    let bytes = pages.checked_mul(page_size)?;
    (bytes > 0).then(|| Bytes::new(bytes))
}
