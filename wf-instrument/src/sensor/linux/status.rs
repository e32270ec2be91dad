//! `/proc/self/status`: what is resident, and which processors this process may run on.

use super::files::{Files, kibibytes_of, value_of};
use crate::sensor::reading::{Answer, Reason};
use crate::sensor::readings::Resident;
use crate::units::{Bytes, to_f64};

/// What the file says; each part may be missing by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Status {
    resident: Option<u64>,
    peak: Option<u64>,
    anonymous: Option<u64>,
    file: Option<u64>,
    shared: Option<u64>,
    swapped: Option<u64>,
    processors: Option<u64>,
}

pub(super) fn read(files: &mut Files) -> Answer<Status> {
    files.read(PATH, |text| Some(parse(text)))
}

impl Status {
    pub(super) fn resident(&self) -> Answer<Bytes> {
        self.resident.map(Bytes::new).ok_or_else(|| lacks("VmRSS"))
    }

    pub(super) fn peak(&self) -> Answer<Bytes> {
        self.peak.map(Bytes::new).ok_or_else(|| lacks("VmHWM"))
    }

    pub(super) fn swapped(&self) -> Answer<Bytes> {
        self.swapped.map(Bytes::new).ok_or_else(|| lacks("VmSwap"))
    }

    pub(super) fn parts(&self) -> Answer<Resident> {
        Ok(Resident {
            anonymous: part(self.anonymous, "RssAnon")?,
            file: part(self.file, "RssFile")?,
            shared: part(self.shared, "RssShmem")?,
        })
    }

    /// How many processors this process may run on.
    pub(super) fn processors(&self) -> Answer<f64> {
        self.processors
            .map(to_f64)
            .ok_or_else(|| lacks("Cpus_allowed_list"))
    }
}

fn parse(text: &str) -> Status {
    Status {
        resident: kibibytes_of(text, "VmRSS"),
        peak: kibibytes_of(text, "VmHWM"),
        anonymous: kibibytes_of(text, "RssAnon"),
        file: kibibytes_of(text, "RssFile"),
        shared: kibibytes_of(text, "RssShmem"),
        swapped: kibibytes_of(text, "VmSwap"),
        processors: value_of(text, "Cpus_allowed_list").and_then(processors_in),
    }
}

/// How many numbers a list such as `0-3,8,10-11` names; `None` for none at all.
fn processors_in(list: &str) -> Option<u64> {
    let count = list.split(',').try_fold(0_u64, |count, range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last) = (first.parse::<u32>().ok()?, last.parse::<u32>().ok()?);
        Some(count + u64::from(last.checked_sub(first)?) + 1)
    })?;
    (count > 0).then_some(count)
}

fn part(bytes: Option<u64>, key: &str) -> Answer<Bytes> {
    bytes.map(Bytes::new).ok_or_else(|| lacks(key))
}

fn lacks(key: &str) -> Reason {
    format!("/{PATH} has no {key} that is a size or a list").into()
}

const PATH: &str = "proc/self/status";
