//! Readings of the machine as rows of text.

use wf_instrument::Ratio;
use wf_sense::gpu::Gpu;
use wf_sense::{Pressure, Reading, Readings, Scope, Stall};

use crate::format::Millis;

/// One row per sensor group. Absent readings are left out; unknown ones are listed at the end.
pub(super) fn rows(readings: &Readings) -> Vec<(&'static str, String)> {
    let rows = [
        ("CPU", cpu(readings)),
        ("memory", memory(readings)),
        ("PSI", psi(&readings.pressure)),
        ("storage", storage(readings)),
        ("GPU", gpu(readings)),
        ("runtime", runtime(readings)),
        ("unknown", unknown(readings)),
    ];
    rows.into_iter()
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

fn cpu(readings: &Readings) -> String {
    let cpu = &readings.cpu;
    join([
        both(&cpu.utilization, &cpu.limit, |used, cores| {
            format!("{} of {cores}", percent(*used))
        }),
        one(&cpu.host_utilization, |busy| {
            format!("host {} busy", percent(*busy))
        }),
        one(&cpu.threads, |threads| {
            format!("{} runnable, {} blocked", threads.runnable, threads.blocked)
        }),
        one(&cpu.throttled, |share| {
            format!("throttled in {} of periods", percent(*share))
        }),
    ])
}

fn memory(readings: &Readings) -> String {
    let memory = &readings.memory;
    join([
        one(&memory.resident, |rss| format!("{rss} RSS")),
        one(&memory.rss, |parts| {
            format!("{} anonymous, {} file-backed", parts.anonymous, parts.file)
        }),
        both(&memory.utilization, &memory.limit, |used, limit| {
            format!("{} of {limit} used", percent(*used))
        }),
        one(&memory.host_swapping, |rate| {
            format!("swapping {:.0} B/s", rate.get())
        }),
        one(&memory.heap, |heap| format!("heap {} live", heap.live)),
    ])
}

fn psi(pressure: &Pressure) -> String {
    let share = |stall: &Stall| percent(stall.some);
    let whose = |stall: &Stall| match stall.scope {
        Scope::Group => "cgroup".to_owned(),
        Scope::Host => "host".to_owned(),
    };
    join([
        one(&pressure.cpu, whose),
        one(&pressure.cpu, |stall| format!("CPU {}", share(stall))),
        one(&pressure.memory, |stall| format!("memory {}", share(stall))),
        one(&pressure.io, |stall| format!("I/O {}", share(stall))),
    ])
}

fn storage(readings: &Readings) -> String {
    let storage = &readings.storage;
    join([
        one(&storage.wait, |wait| {
            format!("{} per I/O", Millis(Some(wait.as_secs())))
        }),
        one(&storage.block_io, |moved| {
            format!("{} read, {} written", moved.read, moved.written)
        }),
        one(&storage.io_wait, |waited| {
            format!("blocked on I/O {} in total", Millis(Some(waited.as_secs())))
        }),
    ])
}

/// One part per GPU, or the reason why there is none.
fn gpu(readings: &Readings) -> String {
    match &readings.gpus.devices {
        Reading::Present { value, .. } => join(value.iter().map(|gpu| Some(device(gpu)))),
        Reading::Absent(why) => format!("none: {why}"),
        Reading::Unknown(_) => String::new(),
    }
}

fn device(gpu: &Gpu) -> String {
    let parts = [
        one(&gpu.utilization, |busy| format!("{} busy", percent(*busy))),
        one(&gpu.memory, |memory| {
            format!("{} of {}", memory.used, memory.total)
        }),
        one(&gpu.power, |power| format!("{:.0} W", power.get())),
        one(&gpu.temperature, |celsius| {
            format!("{:.0} °C", celsius.get())
        }),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("{} {}: {}", gpu.info.index, gpu.info.name, parts.join(", "))
}

fn runtime(readings: &Readings) -> String {
    let runtime = &readings.runtime;
    join([
        both(&runtime.busy, &runtime.workers, |busy, workers| {
            format!("{} of {} workers busy", percent(*busy), workers.workers)
        }),
        one(&runtime.workers, |workers| {
            format!("{} tasks, {} queued", workers.tasks, workers.queued)
        }),
    ])
}

/// Unknown readings with their reasons. Those that need a second pass are among them at first.
fn unknown(readings: &Readings) -> String {
    let sensors = readings.sensors();
    let missing = sensors
        .iter()
        .filter(|(_, state)| matches!(state, Reading::Unknown(_)));
    join(missing.map(|(name, state)| Some(format!("{name}: {}", state.reason()?))))
}

fn one<T>(reading: &Reading<T>, words: impl FnOnce(&T) -> String) -> Option<String> {
    reading.value().map(words)
}

fn both<T, U>(
    first: &Reading<T>,
    second: &Reading<U>,
    words: impl FnOnce(&T, &U) -> String,
) -> Option<String> {
    Some(words(first.value()?, second.value()?))
}

fn join(parts: impl IntoIterator<Item = Option<String>>) -> String {
    let known: Vec<String> = parts.into_iter().flatten().collect();
    known.join(" · ")
}

fn percent(share: Ratio) -> String {
    format!("{:.0} %", share.as_percent())
}

#[cfg(test)]
mod tests {
    use wf_sense::Sensors;

    use super::*;

    fn row(shown: &[(&str, String)], name: &str) -> Option<String> {
        let found = shown.iter().find(|(row, _)| *row == name);
        found.map(|(_, text)| text.clone())
    }

    #[test]
    fn readings_of_this_machine_are_shown() {
        let shown = rows(&Sensors::new().read());
        let memory = row(&shown, "memory").expect("a machine has memory");
        assert!(
            memory.contains("MiB RSS") && memory.contains("used"),
            "{memory}"
        );
    }

    #[test]
    fn unknown_readings_are_listed_with_their_reasons_and_absent_ones_are_not() {
        let mut readings = Readings::default();
        readings.gpus.devices = Reading::Absent("no GPU".into());
        let shown = rows(&readings);
        let listed = row(&shown, "unknown").expect("nothing was read");
        assert!(listed.contains("cores: not read"), "{listed}");
        assert!(!listed.contains("no GPU"), "{listed}");
        assert_eq!(row(&shown, "GPU").as_deref(), Some("none: no GPU"));
        assert_eq!(row(&shown, "memory"), None);
    }
}
