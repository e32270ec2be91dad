//! Who uses a GPU.

use nvml_wrapper::enums::device::UsedGpuMemory;
use nvml_wrapper::struct_wrappers::device::ProcessInfo;

use super::query::Query;
use crate::gpu::device::GpuProcess;
use crate::reading::{ReadResult, Reading, Reason};
use wf_instrument::Bytes;

/// The processes that compute on the GPU or draw with it; one that does both is told of twice by the driver and once here.
pub(super) fn read(query: &Query<'_, '_>) -> Reading<Box<[GpuProcess]>> {
    let computing = query.ask(|device| device.running_compute_processes(), Ok);
    let drawing = query.ask(|device| device.running_graphics_processes(), Ok);
    // Where drawing is not supported, those who compute are all there are.
    let drawing = drawing.value().map_or(&[][..], Vec::as_slice);
    computing.map(|computing| merge(computing.iter().chain(drawing)))
}

/// What `own` holds of it.
pub(super) fn own_memory(
    processes: &Reading<Box<[GpuProcess]>>,
    own: &ReadResult<u32>,
) -> Reading<Bytes> {
    let mine = processes.clone().and_then(|processes| {
        let own = own.clone()?;
        Ok(processes.into_iter().find(|process| process.pid == own))
    });
    match mine {
        Reading::Present { value: None, .. } => {
            Reading::Absent("this process does not use the GPU".into())
        }
        mine => mine.and_then(|mine| mine.and_then(|mine| mine.memory).ok_or(NOT_TOLD)),
    }
}

/// The id under which the driver knows this process, if that can be known.
pub(super) fn own() -> ReadResult<u32> {
    if cfg!(target_os = "linux") {
        let namespace = std::fs::read_link("/proc/self/ns/pid");
        if namespace.map_or(true, |namespace| namespace.as_os_str() != HOST) {
            return Err(
                "the driver tells the host's process ids, and this container has its own".into(),
            );
        }
    }
    Ok(std::process::id())
}

fn merge<'a>(told: impl Iterator<Item = &'a ProcessInfo>) -> Box<[GpuProcess]> {
    let mut processes: Vec<GpuProcess> = Vec::new();
    for told in told {
        let memory = match told.used_gpu_memory {
            UsedGpuMemory::Used(bytes) => Some(Bytes::new(bytes)),
            UsedGpuMemory::Unavailable => None,
        };
        match processes.iter_mut().find(|known| known.pid == told.pid) {
            Some(known) => known.memory = known.memory.max(memory),
            None => processes.push(GpuProcess {
                pid: told.pid,
                memory,
            }),
        }
    }
    processes.into()
}

/// The first namespace of process ids has this fixed number (`PROC_PID_INIT_INO` in the kernel's `include/linux/proc_ns.h`).
const HOST: &str = "pid:[4026531836]";

const NOT_TOLD: Reason = Reason::Borrowed("the driver does not tell what a process holds");

#[cfg(test)]
mod tests {
    use super::*;

    fn told(pid: u32, used_gpu_memory: UsedGpuMemory) -> ProcessInfo {
        ProcessInfo {
            pid,
            used_gpu_memory,
            gpu_instance_id: None,
            compute_instance_id: None,
        }
    }

    fn processes() -> Reading<Box<[GpuProcess]>> {
        let told = [
            told(1, UsedGpuMemory::Used(10)),
            told(2, UsedGpuMemory::Unavailable),
            told(1, UsedGpuMemory::Used(30)),
        ];
        Reading::of(Ok(merge(told.iter())))
    }

    #[test]
    fn one_that_computes_and_draws_is_counted_once() {
        let found = processes();
        let memory: Vec<_> = found
            .value()
            .unwrap()
            .iter()
            .map(|one| one.memory)
            .collect();
        assert_eq!(memory, [Some(Bytes::new(30)), None]);
    }

    #[test]
    fn what_this_process_holds_is_never_guessed() {
        let own = |own: ReadResult<u32>| own_memory(&processes(), &own);
        assert_eq!(own(Ok(1)).value(), Some(&Bytes::new(30)));
        assert_eq!(own(Ok(2)), Reading::Unknown(NOT_TOLD));
        assert!(own(Ok(3)).is_absent());
        assert_eq!(
            own(Err("a container".into())),
            Reading::Unknown("a container".into())
        );
        let refused = own_memory(&Reading::Absent("not here".into()), &Ok(1));
        assert_eq!(refused, Reading::Absent("not here".into()));
    }
}
