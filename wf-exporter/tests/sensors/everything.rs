//! Readings in which every sensor has something to say.

use std::time::{Duration, SystemTime};

use wf_instrument::{Bytes, Celsius, Hertz, Joules, Nanos, PerSecond, Ratio, Watts, clock};
use wf_sense::gpu::{self, Gpu, GpuProcess, Info, Mig, ThrottleReason, ThrottleTimes};
use wf_sense::{
    Alarms, Cpu, Gpus, GroupEvents, GroupMemory, Heap, HostTasks, Memory, Moved, Pressure, Process,
    Reading, Readings, Resident, Runtime, Scope, Sensing, Stall, Storage, Swapped, Threads,
    Throttling, Totals, Workers,
};

pub(crate) fn read<T>(value: T) -> Reading<T> {
    Reading::Present {
        value,
        at: clock::now(),
    }
}

fn share(share: f64) -> Ratio {
    Ratio::new(share).unwrap()
}

fn stall(some: f64, seconds: u64) -> Reading<Stall> {
    read(Stall {
        scope: Scope::Group,
        some: share(some),
        full: Some(share(some / 2.0)),
        some_time: Nanos::from_secs(2 * seconds),
        full_time: Some(Nanos::from_secs(seconds)),
    })
}

pub(crate) fn everything() -> Readings {
    Readings {
        at: clock::now(),
        cpu: cpu(),
        memory: memory(),
        pressure: Pressure {
            cpu: stall(0.5, 1),
            memory: stall(0.25, 2),
            io: stall(0.125, 3),
            host_cpu: stall(0.75, 4),
            host_memory: stall(0.375, 5),
            host_io: stall(0.0625, 6),
        },
        storage: Storage {
            wait: read(Nanos::from_millis(12)),
            moved: read(Moved {
                read: Bytes::new(4096),
                written: Bytes::new(8192),
            }),
            waited: read(Nanos::from_millis(2_500)),
        },
        process: Process {
            totals: read(Totals {
                cpu_time: Nanos::from_secs(631),
                started: SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000),
                virtual_memory: Bytes::new(9_000_000_000),
            }),
            threads: read(19),
            open_files: read(12),
            open_files_limit: read(1024),
        },
        gpus: Gpus {
            devices: read([gpu()].into()),
            used: read(share(0.9)),
            memory: read(share(0.8)),
        },
        runtime: Runtime {
            workers: read(Workers {
                workers: 4,
                tasks: 9,
                queued: 3,
                busy: Nanos::from_secs(77),
                parks: 1234,
            }),
            busy: read(share(0.25)),
        },
        sensing: Sensing {
            pass: read(Nanos::new(3_000_000)),
            fast_pass: read(Nanos::new(2_000_000)),
            alarms: read(Alarms {
                memory_some: Some(3),
                memory_full: Some(2),
                io_full: Some(1),
            }),
        },
    }
}

fn cpu() -> Cpu {
    Cpu {
        cores: read(1.5),
        quota: read(1.5),
        host_cores: read(16),
        process: read(share(0.75)),
        group: read(share(0.875)),
        host: read(share(0.25)),
        throttling: read(Throttling {
            periods: 4100,
            throttled_periods: 37,
            throttled_time: Nanos::from_millis(1_250),
        }),
        throttled: read(share(0.625)),
        threads: read(Threads {
            runnable: 3,
            blocked: 1,
        }),
        host_tasks: read(HostTasks {
            runnable: 5,
            blocked: 2,
        }),
    }
}

fn memory() -> Memory {
    Memory {
        resident: read(Bytes::new(1 << 20)),
        parts: read(Resident {
            anonymous: Bytes::new(4 << 18),
            file: Bytes::new(5 << 18),
            shared: Bytes::new(6 << 18),
        }),
        peak: read(Bytes::new(2 << 20)),
        swapped: read(Bytes::new(4096)),
        major_faults: read(321),
        heap: read(Heap {
            live: Bytes::new(100),
            held: Some(Bytes::new(200)),
        }),
        limit: read(Bytes::new(4 << 30)),
        used: read(share(0.5)),
        group: read(GroupMemory {
            held: Bytes::new(1 << 30),
            high: Some(Bytes::new(3 << 30)),
            max: Some(Bytes::new(4 << 30)),
            events: GroupEvents {
                high: Some(17),
                max: 4,
                killed: Some(1),
            },
        }),
        host: read(share(0.375)),
        host_total: read(Bytes::new(64 << 30)),
        swap: read(Swapped {
            read: Bytes::new(8192),
            written: Bytes::new(16384),
        }),
        swapping: read(PerSecond::of(4096, Nanos::from_secs(1)).unwrap()),
    }
}

pub(crate) fn gpu() -> Gpu {
    Gpu {
        info: Info {
            index: 1,
            uuid: "GPU-7".into(),
            name: "H100".into(),
            pci_bus_id: "0:1:0.0".into(),
            driver_version: "570.1".into(),
            mig: Some(Mig {
                gpu_instance: Some(3),
                compute_instance: Some(0),
                profile: "1g.10gb".into(),
            }),
        }
        .into(),
        utilization: read(share(0.75)),
        memory_activity: read(share(0.5)),
        encoder: read(share(0.125)),
        decoder: read(share(0.25)),
        jpeg: read(share(0.375)),
        ofa: read(share(0.625)),
        sm_active: read(share(0.75)),
        sm_occupancy: read(share(0.5)),
        tensor_active: read(share(0.25)),
        dram_active: read(share(0.125)),
        memory: read(gpu::Memory {
            total: Bytes::new(100),
            used: Bytes::new(60),
            free: Bytes::new(30),
            reserved: Bytes::new(10),
        }),
        bar1_used: read(Bytes::new(5)),
        protected_used: read(Bytes::new(6)),
        power: read(Watts::new(300.5).unwrap()),
        power_limit: read(Watts::new(700.0).unwrap()),
        energy: read(Joules::new(1234.5).unwrap()),
        temperature: read(Celsius::new(61.0).unwrap()),
        memory_temperature: read(Celsius::new(70.0).unwrap()),
        sm_clock: read(Hertz::new(1_980_000_000)),
        memory_clock: read(Hertz::new(2_619_000_000)),
        throttle_reasons: read([ThrottleReason::SwPowerCap].into_iter().collect()),
        throttle_times: ThrottleTimes::from_fn(|_| read(Nanos::from_millis(1_500))),
        pcie_received: read(Bytes::new(1000)),
        pcie_transmitted: read(Bytes::new(2000)),
        pcie_received_rate: read(PerSecond::of(3, Nanos::from_secs(1)).unwrap()),
        pcie_transmitted_rate: read(PerSecond::of(4, Nanos::from_secs(1)).unwrap()),
        pcie_replays: read(8),
        ecc_corrected: read(9),
        ecc_uncorrected: read(1),
        processes: read([GpuProcess::default()].into()),
        own_memory: read(Bytes::new(50)),
    }
}
