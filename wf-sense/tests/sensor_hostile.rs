//! The sensors on files that no kernel writes: cut, garbled, missing.
#![cfg(all(target_os = "linux", not(wf_portable)))]

mod sensor;

use proptest::prelude::*;
use proptest::sample::Index;
use sensor::{Machine, OFFERED};
use wf_instrument::clock::mock::Mock;
use wf_instrument::{Nanos, Ratio};
use wf_sense::{
    Cpu, Gpus, Memory, Pressure, Process, Reading, Readings, Runtime, Sensing, Sensors, Stall,
    Storage,
};

#[test]
fn files_that_end_too_soon_are_unknown() {
    let readings = two_passes(&Machine::named("truncated"), |_| ());
    let unknown = fields(&readings)
        .into_iter()
        .filter(|(_, value)| value.starts_with("Unknown"))
        .map(|(name, _)| name);
    assert_eq!(
        unknown.collect::<Vec<_>>(),
        [
            "cores",
            "cpu_quota",
            "host_cores",
            "process_cpu",
            "group_cpu",
            "host_cpu",
            "throttling",
            "throttled",
            "thread_states",
            "host_tasks",
            "resident",
            "resident_parts",
            "swapped",
            "major_faults",
            "memory_limit",
            "memory",
            "memory_group",
            "host_memory",
            "host_memory_total",
            "swap",
            "swapping",
            "cpu_pressure",
            "memory_pressure",
            "io_pressure",
            "host_cpu_pressure",
            "host_memory_pressure",
            "host_io_pressure",
            "disk_wait",
            "process_io",
            "io_wait",
            "process",
            "threads",
            "open_files",
            "open_files_limit",
        ]
    );
    // What stood before the cut is read.
    assert!(readings.memory.peak_rss.value().is_some());
}

#[test]
fn nonsense_is_unknown() {
    let machine = Machine::named("hostile");
    let readings = two_passes(&machine, |_| ());
    let present = fields(&readings)
        .into_iter()
        .filter(|(_, value)| value.starts_with("Present"))
        .map(|(name, _)| name);
    // The numbers that are in their places.
    assert_eq!(present.collect::<Vec<_>>(), ["major_faults", "threads"]);
    assert!(
        Sensors::rooted(machine.root())
            .read_fast()
            .resident
            .value()
            .is_none()
    );
}

#[test]
fn a_machine_without_any_file_is_unknown_but_for_what_it_cannot_have() {
    let readings = Sensors::rooted("/nowhere").read();
    for (name, value) in fields(&readings) {
        let absent = OFFERED.contains(&name);
        let expected = if absent { "Absent" } else { "Unknown" };
        assert!(value.starts_with(expected), "{name}: {value}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    /// Whatever one file says, there is no panic, no reading that is not a number, and every
    /// reading that does not come from that file is the same to the last bit.
    #[test]
    fn a_broken_file_changes_only_its_own_readings(
        file in any::<Index>(),
        damage in damage(),
    ) {
        let sources: Vec<&Source> = SOURCES.iter().collect();
        let source = file.get(&sources);
        let (whole, broken) = side_by_side("container_v2", |machine| damage.apply(machine, source.path));
        prop_assert!(honest(&broken), "{:?}", broken);
        for ((name, before), (_, after)) in fields(&whole).into_iter().zip(fields(&broken)) {
            prop_assert!(
                before == after || source.feeds.contains(&name),
                "{}: {} became {}", name, before, after
            );
        }
    }

    /// The same for a machine that is all noise from the start.
    #[test]
    fn no_bytes_make_a_pass_fail(noise in prop::collection::vec(any::<u8>(), 0..300), text in "[a-z0-9:/ .=_%()-]{0,40}\n.{0,80}") {
        for bytes in [noise.as_slice(), text.as_bytes()] {
            let machine = Machine::named("hostile");
            for source in SOURCES {
                machine.write(source.path, bytes);
            }
            prop_assert!(honest(&two_passes(&machine, |_| ())));
        }
    }
}

/// A file and the readings that come from it.
struct Source {
    path: &'static str,
    feeds: &'static [&'static str],
}

const fn source(path: &'static str, feeds: &'static [&'static str]) -> Source {
    Source { path, feeds }
}

const GROUPS: &[&str] = &[
    "cores",
    "cpu_quota",
    "process_cpu",
    "group_cpu",
    "throttling",
    "throttled",
    "memory_limit",
    "memory",
    "memory_group",
    "cpu_pressure",
    "memory_pressure",
    "io_pressure",
];

const SOURCES: &[Source] = &[
    source(
        "proc/self/stat",
        &["process_cpu", "process", "threads", "major_faults"],
    ),
    source(
        "proc/stat",
        &["host_cpu", "host_cores", "host_tasks", "process"],
    ),
    source(
        "proc/self/status",
        &[
            "cores",
            "process_cpu",
            "resident",
            "resident_peak",
            "resident_parts",
            "swapped",
        ],
    ),
    source(
        "proc/meminfo",
        &[
            "memory_limit",
            "memory",
            "host_memory",
            "host_memory_total",
            "swap",
            "swapping",
        ],
    ),
    source("proc/vmstat", &["swap", "swapping"]),
    source("sys/devices/system/cpu/online", &["cores", "process_cpu"]),
    source("proc/self/cgroup", GROUPS),
    source("proc/self/mountinfo", GROUPS),
    source("proc/self/task/4243/stat", &["thread_states", "io_wait"]),
    source("proc/sys/kernel/task_delayacct", &["io_wait"]),
    source(
        "sys/fs/cgroup/cpu.max",
        &[
            "cores",
            "cpu_quota",
            "process_cpu",
            "group_cpu",
            "throttling",
            "throttled",
        ],
    ),
    source(
        "sys/fs/cgroup/cpu.stat",
        &["throttling", "throttled", "group_cpu"],
    ),
    source(
        "sys/fs/cgroup/memory.max",
        &["memory_limit", "memory", "memory_group"],
    ),
    source("sys/fs/cgroup/memory.current", &["memory", "memory_group"]),
    source("sys/fs/cgroup/memory.high", &["memory_group"]),
    source("sys/fs/cgroup/memory.events", &["memory_group"]),
    source("sys/fs/cgroup/memory.stat", &["memory"]),
    source("sys/fs/cgroup/cpu.pressure", &["cpu_pressure"]),
    source("sys/fs/cgroup/memory.pressure", &["memory_pressure"]),
    source("sys/fs/cgroup/io.pressure", &["io_pressure"]),
    source("proc/pressure/cpu", &["host_cpu_pressure"]),
    source("proc/pressure/memory", &["host_memory_pressure"]),
    source("proc/pressure/io", &["host_io_pressure"]),
    source("proc/diskstats", &["disk_wait"]),
    source("proc/self/io", &["process_io"]),
    source("proc/self/limits", &["open_files_limit"]),
];

#[derive(Clone, Debug)]
enum Damage {
    Remove,
    Cut(Index),
    Replace(Vec<u8>),
    Insert(Index, Vec<u8>),
    Flip(Index, u8),
}

fn damage() -> impl Strategy<Value = Damage> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..60);
    let number = "(-?[0-9]{0,22}|NaN|inf|max|1e400)( |\n)".prop_map(String::into_bytes);
    prop_oneof![
        Just(Damage::Remove),
        any::<Index>().prop_map(Damage::Cut),
        bytes().prop_map(Damage::Replace),
        (any::<Index>(), bytes()).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (any::<Index>(), number).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
    ]
}

impl Damage {
    fn apply(&self, machine: &Machine, path: &str) {
        let mut bytes = machine.read(path);
        let place = |at: &Index| at.index(bytes.len());
        match self {
            Self::Remove => return machine.remove(path),
            Self::Cut(at) => bytes.truncate(place(at)),
            Self::Replace(other) => bytes.clone_from(other),
            Self::Insert(at, other) => {
                let at = place(at);
                bytes.splice(at..at, other.iter().copied());
            }
            Self::Flip(at, byte) => {
                let at = place(at);
                bytes[at] ^= byte;
            }
        }
        machine.write(path, &bytes);
    }
}

/// Two passes a second apart over two machines that are the same but for what `damage` does to the
/// second one in between.
fn side_by_side(name: &str, damage: impl FnOnce(&Machine)) -> (Readings, Readings) {
    let clock = Mock::start();
    let machines = [Machine::named(name), Machine::named(name)];
    let [mut whole, mut broken] = machines
        .each_ref()
        .map(|machine| Sensors::rooted(machine.root()));
    let _ = (whole.read(), broken.read());
    clock.advance(Nanos::from_secs(1));
    for machine in &machines {
        machine.overlay("bare_metal_later");
    }
    damage(&machines[1]);
    (whole.read(), broken.read())
}

/// Two passes a second apart; the second sees the machine after `change`.
fn two_passes(machine: &Machine, change: impl FnOnce(&Machine)) -> Readings {
    let clock = Mock::start();
    let mut sensors = Sensors::rooted(machine.root());
    let _ = sensors.read();
    clock.advance(Nanos::from_secs(1));
    change(machine);
    sensors.read()
}

/// Each reading by its name, without the moment at which it was taken.
fn fields(readings: &Readings) -> Vec<(&'static str, String)> {
    macro_rules! values {
        ($($group:ident: $type:ident { $($field:ident),* }),* $(,)?) => {{
            let Readings { $($group),*, .. } = readings;
            let mut values = Vec::new();
            $(values.extend({
                let $type { $($field),*, .. } = $group;
                [$(shown($field)),*]
            });)*
            values
        }};
    }
    let values = values!(
        cpu: Cpu {
            limit, quota, host_cores, utilization, quota_utilization, host_utilization, throttling,
            throttled, threads, host_tasks
        },
        memory: Memory {
            resident, rss, peak_rss, swapped, major_faults, heap, limit, utilization, group,
            host_utilization, host_total, host_swap, host_swapping
        },
        pressure: Pressure { cpu, memory, io, host_cpu, host_memory, host_io },
        storage: Storage { wait, block_io, io_wait },
        process: Process { totals, threads, open_fds, max_fds },
        gpus: Gpus { devices, busiest_utilization, busiest_memory_utilization },
        runtime: Runtime { workers, busy },
        sensing: Sensing { pass, fast_pass, alarms },
    );
    let sensors = readings.sensors();
    assert_eq!(sensors.len(), values.len());
    let names = sensors.into_iter().map(|(name, _)| name);
    // What a pass takes is never twice the same.
    let read = names.zip(values).filter(|(name, _)| *name != "pass");
    read.collect()
}

fn shown<T: std::fmt::Debug>(reading: &Reading<T>) -> String {
    match reading {
        Reading::Present { value, .. } => format!("Present({value:?})"),
        Reading::Absent(reason) => format!("Absent({reason})"),
        Reading::Unknown(reason) => format!("Unknown({reason})"),
    }
}

fn honest(readings: &Readings) -> bool {
    let share = |share: &Reading<Ratio>| share.value().copied();
    let some = |stall: &Reading<Stall>| stall.value().map(|stall| stall.some);
    let full = |stall: &Reading<Stall>| stall.value().and_then(|stall| stall.full);
    let shares = [
        share(&readings.cpu.utilization),
        share(&readings.cpu.host_utilization),
        share(&readings.memory.utilization),
        share(&readings.memory.host_utilization),
        some(&readings.pressure.cpu),
        some(&readings.pressure.memory),
        some(&readings.pressure.io),
        full(&readings.pressure.host_memory),
        full(&readings.pressure.host_io),
    ];
    let number = |share: &Option<Ratio>| {
        share.is_none_or(|share| share.get().is_finite() && share.get() >= 0.0)
    };
    let cores = readings.cpu.limit.value();
    shares.iter().all(number)
        && cores.is_none_or(|cores| cores.is_finite() && *cores > 0.0)
        && readings
            .memory
            .limit
            .value()
            .is_none_or(|limit| limit.get() > 0)
        && fields(readings)
            .iter()
            .all(|(_, value)| !value.ends_with("()"))
}
