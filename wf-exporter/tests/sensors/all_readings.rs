//! Readings with a value of every sensor. Each is a sample of its type; the values that an expected
//! page has are set here.

mod sample;

use std::time::{Duration, SystemTime};

use wf_instrument::{Bytes, Celsius, Hertz, Joules, Nanos, PerSecond, Ratio, Watts, clock};
use wf_sense::gpu::{self, Gpu, GpuProcess, Info, Mig, ThrottleReason, ThrottleTimes};
use wf_sense::{
    Cpu, Heap, HostTasks, Memory, Pressure, Reading, Readings, Scope, Stall, Swapped, Threads,
};

use self::sample::sample;

pub(crate) fn read<T>(value: T) -> Reading<T> {
    Reading::Present {
        value,
        at: clock::now(),
    }
}

fn value<T>(reading: &mut Reading<T>) -> &mut T {
    match reading {
        Reading::Present { value, .. } => value,
        _ => panic!("a sample has each reading"),
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

pub(crate) fn all_readings() -> Readings {
    let mut all: Readings = sample();
    cpu(&mut all.cpu);
    memory(&mut all.memory);
    pressure(&mut all.pressure);
    all.storage.wait = read(Nanos::from_millis(12));
    let block_io = value(&mut all.storage.block_io);
    block_io.read = Bytes::new(4096);
    block_io.written = Bytes::new(8192);
    all.storage.io_wait = read(Nanos::from_millis(2_500));
    let totals = value(&mut all.process.totals);
    totals.cpu_time = Nanos::from_secs(631);
    totals.started = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    totals.virtual_memory = Bytes::new(9_000_000_000);
    all.process.threads = read(19);
    all.process.open_fds = read(12);
    all.process.max_fds = read(1024);
    all.gpus.devices = read([gpu()].into());
    all.gpus.busiest_utilization = read(share(0.9));
    all.gpus.busiest_memory_utilization = read(share(0.8));
    let runtime = value(&mut all.runtime.workers);
    runtime.workers = 4;
    runtime.tasks = 9;
    runtime.queued = 3;
    runtime.busy = Nanos::from_secs(77);
    runtime.parks = 1234;
    all.runtime.busy = read(share(0.25));
    all.sensing.pass = read(Nanos::new(3_000_000));
    all.sensing.fast_pass = read(Nanos::new(2_000_000));
    let alarms = value(&mut all.sensing.alarms);
    alarms.memory_some = Some(3);
    alarms.memory_full = Some(2);
    alarms.io_full = Some(1);
    all
}

fn cpu(cpu: &mut Cpu) {
    cpu.limit = read(1.5);
    cpu.quota = read(1.5);
    cpu.host_cores = read(16);
    cpu.utilization = read(share(0.75));
    cpu.quota_utilization = read(share(0.875));
    cpu.host_utilization = read(share(0.25));
    let throttling = value(&mut cpu.throttling);
    throttling.periods = 4100;
    throttling.throttled_periods = 37;
    throttling.throttled_time = Nanos::from_millis(1_250);
    cpu.throttled = read(share(0.625));
    cpu.threads = read(Threads {
        runnable: 3,
        blocked: 1,
    });
    cpu.host_tasks = read(HostTasks {
        runnable: 5,
        blocked: 2,
    });
}

fn pressure(pressure: &mut Pressure) {
    pressure.cpu = stall(0.5, 1);
    pressure.memory = stall(0.25, 2);
    pressure.io = stall(0.125, 3);
    pressure.host_cpu = on_host(stall(0.75, 4));
    pressure.host_memory = on_host(stall(0.375, 5));
    pressure.host_io = on_host(stall(0.0625, 6));
}

fn on_host(stall: Reading<Stall>) -> Reading<Stall> {
    stall.map(|stall| Stall {
        scope: Scope::Host,
        ..stall
    })
}

fn memory(memory: &mut Memory) {
    memory.resident = read(Bytes::new(1 << 20));
    let rss = value(&mut memory.rss);
    rss.anonymous = Bytes::new(4 << 18);
    rss.file = Bytes::new(5 << 18);
    rss.shared = Bytes::new(6 << 18);
    memory.peak_rss = read(Bytes::new(2 << 20));
    memory.swapped = read(Bytes::new(4096));
    memory.major_faults = read(321);
    memory.heap = read(Heap {
        live: Bytes::new(100),
        held: Some(Bytes::new(200)),
    });
    memory.limit = read(Bytes::new(4 << 30));
    memory.utilization = read(share(0.5));
    let group = value(&mut memory.group);
    group.charged = Bytes::new(1 << 30);
    group.high = Some(Bytes::new(3 << 30));
    group.max = Some(Bytes::new(4 << 30));
    group.events.high = Some(17);
    group.events.max = 4;
    group.events.killed = Some(1);
    memory.host_utilization = read(share(0.375));
    memory.host_total = read(Bytes::new(64 << 30));
    memory.host_swap = read(Swapped {
        read: Bytes::new(8192),
        written: Bytes::new(16384),
    });
    memory.host_swapping = read(PerSecond::of(4096, Nanos::from_secs(1)).unwrap());
}

pub(crate) fn gpu() -> Gpu {
    let mut gpu: Gpu = sample();
    let mut mig = Mig::default();
    mig.gpu_instance = Some(3);
    mig.compute_instance = Some(0);
    mig.profile = "1g.10gb".into();
    gpu.info = Info {
        index: 1,
        uuid: "GPU-7".into(),
        name: "H100".into(),
        pci_bus_id: "0:1:0.0".into(),
        driver_version: "570.1".into(),
        mig: Some(mig),
    }
    .into();
    gpu.utilization = read(share(0.75));
    gpu.memory_copy_utilization = read(share(0.5));
    gpu.encoder_utilization = read(share(0.125));
    gpu.decoder_utilization = read(share(0.25));
    gpu.jpeg_utilization = read(share(0.375));
    gpu.ofa_utilization = read(share(0.625));
    gpu.sm_active = read(share(0.75));
    gpu.sm_occupancy = read(share(0.5));
    gpu.tensor_active = read(share(0.25));
    gpu.dram_active = read(share(0.125));
    gpu.memory = read(gpu::Memory {
        total: Bytes::new(100),
        used: Bytes::new(60),
        free: Bytes::new(30),
        reserved: Bytes::new(10),
    });
    gpu.bar1_memory_used = read(Bytes::new(5));
    gpu.protected_memory_used = read(Bytes::new(6));
    gpu.power = read(Watts::new(300.5).unwrap());
    gpu.power_limit = read(Watts::new(700.0).unwrap());
    gpu.energy = read(Joules::new(1234.5).unwrap());
    gpu.temperature = read(Celsius::new(61.0).unwrap());
    gpu.memory_temperature = read(Celsius::new(70.0).unwrap());
    gpu.sm_clock = read(Hertz::new(1_980_000_000));
    gpu.memory_clock = read(Hertz::new(2_619_000_000));
    gpu.throttled = read([ThrottleReason::SwPowerCap].into_iter().collect());
    gpu.throttle_times = ThrottleTimes::from_fn(|_| read(Nanos::from_millis(1_500)));
    gpu.pcie_received = read(Bytes::new(1000));
    gpu.pcie_transmitted = read(Bytes::new(2000));
    gpu.pcie_received_rate = read(PerSecond::of(3, Nanos::from_secs(1)).unwrap());
    gpu.pcie_transmitted_rate = read(PerSecond::of(4, Nanos::from_secs(1)).unwrap());
    gpu.pcie_replays = read(8);
    gpu.ecc_corrected = read(9);
    gpu.ecc_uncorrected = read(1);
    gpu.processes = read([GpuProcess::default()].into());
    gpu.process_memory_used = read(Bytes::new(50));
    gpu
}
