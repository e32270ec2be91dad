//! The sensors of Linux: one file of the kernel's, or one kind of them, to a module.

mod cgroup;
mod descriptors;
mod disk;
mod files;
mod gpu;
mod host;
mod io;
mod limit;
mod meminfo;
mod pass;
mod pressure;
mod process;
mod quota;
mod statm;
mod status;

use std::path::PathBuf;

use self::cgroup::Membership;
use self::files::Files;
use self::pass::Rates;
use super::reading::Reading;
use super::readings::{Gpus, Guard, Readings};
use crate::clock;
use crate::units::Ratio;

/// Reads what the kernel says of this process, its limits and its host.
///
/// Rates are those between two passes of the same `Sensors`, so each reader has its own. Keeps one buffer as long as the longest
/// file (a few KiB; some 100 KiB of `/proc/stat` where there are hundreds of processors) and the totals of the last pass, and grows no further.
#[derive(Debug)]
pub struct Sensors {
    files: Files,
    membership: Membership,
    rates: Rates,
    gpu: Reading<Ratio>,
}

impl Sensors {
    /// Sensors of this machine. Reads only whether it has a GPU's driver library.
    #[must_use]
    pub fn new() -> Self {
        Self::rooted("/")
    }

    /// Sensors of a recorded machine: every file, `proc/self` included, is looked for below `root`.
    #[must_use]
    pub fn rooted(root: impl Into<PathBuf>) -> Self {
        let files = Files::new(root.into());
        Self {
            gpu: gpu::read(&files),
            files,
            membership: Membership::default(),
            rates: Rates::new(),
        }
    }

    /// One pass over everything.
    ///
    /// Rates (`process_cpu`, `host_cpu`, `disk_wait`) are those since the pass before and unknown in the first. Asked again within
    /// 100 ms, they are the last ones, with their age.
    ///
    /// About 20 files: 0.2 ms of processor time and 80 short-lived allocations on a virtual machine of 2 processors. It grows with the levels of
    /// control groups, disks and, by far the most, processors of the host. Waits for no device.
    #[must_use]
    pub fn read(&mut self) -> Readings {
        let mut readings = Readings {
            gpus: Gpus {
                used: self.gpu.clone(),
                memory: self.gpu.clone(),
            },
            ..Readings::default()
        };
        let groups = self.membership.read(&mut self.files);
        let (files, rates) = (&mut self.files, &mut self.rates);
        let status = status::read(files);
        pass::processors(files, &groups, &status, rates, &mut readings);
        pass::memory(files, &groups, &status, &mut readings);
        pass::pressure(files, &groups, &mut readings);
        pass::storage(files, rates, &mut readings);
        readings.at = clock::now();
        readings
    }

    /// What may not wait for a whole pass: three files (five where the group keeps no pressure), 25 µs there.
    ///
    /// Looks for the group where the last pass found it; before the first, pressure is the host's.
    #[must_use]
    pub fn guard(&mut self) -> Guard {
        let unified = self.membership.known().unified.as_ref();
        let files = &mut self.files;
        Guard {
            resident: Reading::of(statm::read(files)),
            cpu_pressure: pressure::read(files, unified, "cpu"),
            memory_pressure: pressure::read(files, unified, "memory"),
            at: clock::now(),
        }
    }
}

impl Default for Sensors {
    fn default() -> Self {
        Self::new()
    }
}
