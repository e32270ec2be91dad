//! What the sensors read, in words.

use wf_instrument::Ratio;
use wf_sense::gpu::Gpu;
use wf_sense::{Pressure, Reading, Readings, Scope, Stall};

use crate::format::Millis;

/// A line for each thing that the sensors recent at; what a machine has not is left out, and what cannot be read is named at the end.
pub(super) fn rows(readings: &Readings) -> Vec<(&'static str, String)> {
    let rows = [
        ("processors", processors(readings)),
        ("memory", memory(readings)),
        ("who waits", waits(&readings.pressure)),
        ("storage", storage(readings)),
        ("GPU", gpu(readings)),
        ("runtime", runtime(readings)),
        ("not read", unread(readings)),
    ];
    rows.into_iter()
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

fn processors(readings: &Readings) -> String {
    let cpu = &readings.cpu;
    join([
        both(&cpu.process, &cpu.cores, |used, cores| {
            format!("{} of {cores}", percent(*used))
        }),
        one(&cpu.host, |busy| format!("host {} busy", percent(*busy))),
        one(&cpu.threads, |threads| {
            format!("to run {}, blocked {}", threads.runnable, threads.blocked)
        }),
        one(&cpu.throttled, |share| {
            format!("stopped by quota in {} of periods", percent(*share))
        }),
    ])
}

fn memory(readings: &Readings) -> String {
    let memory = &readings.memory;
    join([
        one(&memory.resident, |held| format!("{} resident", held)),
        one(&memory.parts, |parts| {
            let [own, files] = [parts.anonymous, parts.file];
            format!("{own} own, {files} of files")
        }),
        both(&memory.used, &memory.limit, |used, limit| {
            format!("of {} in all {} used", limit, percent(*used))
        }),
        one(&memory.swapping, |rate| {
            format!("swapping {:.0} B/s", rate.get())
        }),
        one(&memory.heap, |heap| format!("heap {}", heap.live)),
    ])
}

fn waits(pressure: &Pressure) -> String {
    let share = |stall: &Stall| percent(stall.some);
    let whose = |stall: &Stall| match stall.scope {
        Scope::Group => "in this group".to_owned(),
        Scope::Host => "on this host".to_owned(),
    };
    join([
        one(&pressure.cpu, whose),
        one(&pressure.cpu, |stall| {
            format!("processors {}", share(stall))
        }),
        one(&pressure.memory, |stall| format!("memory {}", share(stall))),
        one(&pressure.io, |stall| format!("I/O {}", share(stall))),
    ])
}

fn storage(readings: &Readings) -> String {
    let storage = &readings.storage;
    join([
        one(&storage.wait, |wait| {
            format!("disk I/O takes {}", Millis(Some(wait.as_secs())))
        }),
        one(&storage.moved, |moved| {
            format!("{} read, {} written", moved.read, moved.written)
        }),
        one(&storage.waited, |waited| {
            format!("waited {} in all", Millis(Some(waited.as_secs())))
        }),
    ])
}

/// Each device, or why there is none.
fn gpu(readings: &Readings) -> String {
    match &readings.gpus.devices {
        Reading::Present { value, .. } => join(value.iter().map(|gpu| Some(device(gpu)))),
        Reading::Absent(why) => format!("none: {why}"),
        Reading::Unknown(_) => String::new(),
    }
}

fn device(gpu: &Gpu) -> String {
    let told = [
        one(&gpu.utilization, |busy| format!("{} busy", percent(*busy))),
        one(&gpu.memory, |memory| {
            format!("{} of {}", memory.used, memory.total)
        }),
        one(&gpu.power, |power| format!("{:.0} W", power.get())),
        one(&gpu.temperature, |heat| format!("{:.0} °C", heat.get())),
    ];
    let told: Vec<String> = told.into_iter().flatten().collect();
    format!("{} {}: {}", gpu.info.index, gpu.info.name, told.join(", "))
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

/// What is there and cannot be read; what takes a second pass comes with it.
fn unread(readings: &Readings) -> String {
    let sensors = readings.sensors();
    let unknown = sensors
        .iter()
        .filter(|(_, state)| matches!(state, Reading::Unknown(_)));
    join(unknown.map(|(name, state)| Some(format!("{name}: {}", state.reason()?))))
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
    fn what_this_machine_tells_is_shown() {
        let shown = rows(&Sensors::new().read());
        let memory = row(&shown, "memory").expect("a machine has memory");
        assert!(
            memory.contains("MiB resident") && memory.contains("used"),
            "{memory}"
        );
    }

    #[test]
    fn what_is_not_read_is_named_with_its_reason_and_what_is_absent_is_not() {
        let mut readings = Readings::default();
        readings.gpus.devices = Reading::Absent("no GPU".into());
        let shown = rows(&readings);
        let unread = row(&shown, "not read").expect("nothing was read");
        assert!(unread.contains("cores: not read"), "{unread}");
        assert!(!unread.contains("no GPU"), "{unread}");
        assert_eq!(row(&shown, "GPU").as_deref(), Some("none: no GPU"));
        assert_eq!(row(&shown, "memory"), None);
    }
}
