//! The sensors of Linux: a module for each kind of the kernel's files.

mod cgroup;
mod cgroup_cpu;
mod cgroup_memory;
mod disk;
mod files;
mod gpu;
mod mounts;
mod pass;
mod proc;
mod processors;
mod psi;
mod threads;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use self::cgroup::Membership;
use self::files::Files;
use self::pass::Memories;
pub(super) use self::psi::{Canceller, Triggers};
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
        let process = proc::stat(&mut self.files);
        let directory = threads::process_directory(&mut self.files, &process)
            .map(|own| self.files.set_process_directory(own));
        let groups = directory.and_then(|()| self.membership.read(&mut self.files));
        let (files, memories) = (&mut self.files, &mut self.memories);
        let status = proc::status(files);
        pass::cpu(files, &groups, &status, &process, memories, readings);
        pass::memory(files, &groups, &status, &process, memories, readings);
        pass::pressure(files, &groups, readings);
        pass::storage(files, memories, readings);
    }

    /// Returns the reason for no GPU reading, by the machine's files.
    pub(super) fn gpus(&self) -> Reading<Arc<[Gpu]>> {
        gpu::read(&self.files)
    }

    pub(super) fn read_fast(&mut self) -> FastReadings {
        self.files.begin();
        let resident = Reading::of(proc::resident(&mut self.files));
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

    /// Sets the triggers that the kernel takes. A recorded machine has none.
    pub(super) fn triggers(&self) -> io::Result<(Triggers, Canceller)> {
        Triggers::set(&self.files, self.group())
    }

    /// Sets `triggers` anew where the process has moved to another group.
    pub(super) fn follow(&self, triggers: &mut Triggers) {
        triggers.follow(&self.files, self.group());
    }

    fn pressure(&mut self, resource: &str) -> Reading<Stall> {
        let unified = self.membership.unified();
        psi::own(&mut self.files, &unified, resource)
            .unwrap_or_else(|| psi::host(&mut self.files, resource))
    }
}
