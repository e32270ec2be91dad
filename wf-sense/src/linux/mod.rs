//! The sensors of Linux: one file of the kernel's, or one kind of them, to a module.

mod account;
mod affinity;
mod cgroup;
mod cpus;
mod descriptors;
mod disk;
mod files;
mod gpu;
mod host;
mod io;
mod limit;
mod meminfo;
mod mounts;
mod online;
mod own;
mod pass;
mod pressure;
mod process;
mod quota;
mod statm;
mod status;
mod tasks;
mod trigger;
mod vmstat;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::cgroup::Membership;
use self::files::Files;
use self::pass::Memories;
pub(super) use self::trigger::{Canceller, Triggers};
use super::gpu::Gpu;
use super::reading::Reading;
use super::readings::{FastReadings, Readings, Stall};

/// The files of one machine.
#[derive(Debug)]
pub(super) struct Machine {
    files: Files,
    membership: Membership,
    memories: Memories,
}

impl Machine {
    pub(super) fn new() -> Self {
        Self::rooted("/".into())
    }

    pub(super) fn rooted(root: PathBuf) -> Self {
        let files = Files::new(root);
        Self {
            files,
            membership: Membership::default(),
            memories: Memories::new(),
        }
    }

    pub(super) fn read(&mut self, readings: &mut Readings) {
        self.files.begin();
        let process = process::read(&mut self.files);
        let own = own::directory(&mut self.files, &process).map(|own| self.files.settle(own));
        let groups = own.and_then(|()| self.membership.read(&mut self.files));
        let (files, memories) = (&mut self.files, &mut self.memories);
        let status = status::read(files);
        pass::processors(files, &groups, &status, &process, memories, readings);
        pass::memory(files, &groups, &status, &process, memories, readings);
        pass::pressure(files, &groups, readings);
        pass::storage(files, memories, readings);
    }

    /// Whether it has a GPU, as far as its files tell.
    pub(super) fn gpus(&self) -> Reading<Arc<[Gpu]>> {
        gpu::read(&self.files)
    }

    pub(super) fn read_fast(&mut self) -> FastReadings {
        self.files.begin();
        let resident = Reading::of(statm::read(&mut self.files));
        FastReadings {
            resident: pass::or_last(&self.files, resident, &mut self.memories.resident),
            memory_utilization: self.memories.used(&mut self.files),
            cpu_pressure: self.pressure("cpu"),
            memory_pressure: self.pressure("memory"),
            io_pressure: self.pressure("io"),
            ..FastReadings::default()
        }
    }

    /// The directory of its group in version 2, relative to the root.
    fn group(&self) -> Option<&str> {
        let unified = self.membership.unified().ok()??;
        unified.levels.first().map(String::as_str)
    }

    /// Whether its files are the kernel's, and not a recording.
    fn is_live(&self) -> bool {
        self.files.at("") == Path::new("/")
    }

    fn pressure(&mut self, resource: &str) -> Reading<Stall> {
        let unified = self.membership.unified();
        pressure::own(&mut self.files, &unified, resource)
            .unwrap_or_else(|| pressure::host(&mut self.files, resource))
    }
}
