//! `/proc/meminfo`: the host's memory.

use super::files::{Files, kibibytes_of};
use crate::number::to_f64;
use crate::reading::ReadResult;
use wf_instrument::Ratio;

/// The host's memory, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Memory {
    pub(super) total: u64,
    available: u64,
    swap: Option<u64>,
}

pub(super) fn read(files: &mut Files) -> ReadResult<Memory> {
    files.read_again("proc/meminfo", parse)
}

impl Memory {
    /// Whether the host has nowhere to swap to.
    pub(super) fn is_without_swap(&self) -> bool {
        self.swap == Some(0)
    }

    pub(super) fn used(&self) -> ReadResult<Ratio> {
        let used = self.total.saturating_sub(self.available);
        Ratio::of(to_f64(used), to_f64(self.total)).ok_or("the host has no memory".into())
    }
}

fn parse(text: &str) -> Option<Memory> {
    Some(Memory {
        total: kibibytes_of(text, "MemTotal").filter(|total| *total > 0)?,
        available: kibibytes_of(text, "MemAvailable")?,
        swap: kibibytes_of(text, "SwapTotal"),
    })
}
