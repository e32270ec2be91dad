//! `/proc/self/status`: what is resident, and which processors a thread may run on.

use super::cpus::Cpus;
use super::files::{Files, kibibytes_of, value_of};
use crate::reading::{ReadResult, Reason};
use crate::readings::Resident;
use wf_instrument::Bytes;

/// What the file says; each part may be missing by itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Status {
    mapped: Option<u64>,
    resident: Option<u64>,
    peak: Option<u64>,
    anonymous: Option<u64>,
    file: Option<u64>,
    shared: Option<u64>,
    swapped: Option<u64>,
    allowed: Option<Cpus>,
}

pub(super) fn read(files: &mut Files) -> ReadResult<Status> {
    files.read(&files.own("status"), |text| Some(parse(text)))
}

impl Status {
    pub(super) fn mapped(&self) -> ReadResult<Bytes> {
        self.mapped.map(Bytes::new).ok_or_else(|| lacks("VmSize"))
    }

    pub(super) fn resident(&self) -> ReadResult<Bytes> {
        self.resident.map(Bytes::new).ok_or_else(|| lacks("VmRSS"))
    }

    pub(super) fn peak(&self) -> ReadResult<Bytes> {
        self.peak.map(Bytes::new).ok_or_else(|| lacks("VmHWM"))
    }

    pub(super) fn swapped(&self) -> ReadResult<Bytes> {
        self.swapped.map(Bytes::new).ok_or_else(|| lacks("VmSwap"))
    }

    pub(super) fn parts(&self) -> ReadResult<Resident> {
        Ok(Resident {
            anonymous: part(self.anonymous, "RssAnon")?,
            file: part(self.file, "RssFile")?,
            shared: part(self.shared, "RssShmem")?,
        })
    }

    /// The processors that this one thread may run on.
    pub(super) fn allowed(&self) -> ReadResult<Cpus> {
        self.allowed
            .clone()
            .ok_or_else(|| lacks("Cpus_allowed_list"))
    }
}

fn parse(text: &str) -> Status {
    Status {
        mapped: kibibytes_of(text, "VmSize"),
        resident: kibibytes_of(text, "VmRSS"),
        peak: kibibytes_of(text, "VmHWM"),
        anonymous: kibibytes_of(text, "RssAnon"),
        file: kibibytes_of(text, "RssFile"),
        shared: kibibytes_of(text, "RssShmem"),
        swapped: kibibytes_of(text, "VmSwap"),
        allowed: allowed(text),
    }
}

pub(super) fn allowed(text: &str) -> Option<Cpus> {
    value_of(text, "Cpus_allowed_list").and_then(Cpus::parse)
}

fn part(bytes: Option<u64>, key: &str) -> ReadResult<Bytes> {
    bytes.map(Bytes::new).ok_or_else(|| lacks(key))
}

fn lacks(key: &str) -> Reason {
    format!("/proc/self/status has no {key} that is a size or a list").into()
}
