//! Everything that the sensors can read, on one page.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use wf_exporter::{Exporter, sensors};
use wf_instrument::sensor::gpu::{self, Gpu, GpuProcess, Info, Mig, ThrottleReason, ThrottleTimes};
use wf_instrument::sensor::{
    Alarms, Cpu, Gpus, GroupEvents, GroupMemory, Heap, HostTasks, Memory, Moved, Pressure, Process,
    Reading, Readings, Resident, Runtime, Scope, Sensing, Sensors, Stall, Storage, Swapped,
    Threads, Throttling, Totals, Workers,
};
use wf_instrument::{Bytes, Celsius, Hertz, Joules, Nanos, PerSecond, Ratio, Watts, clock};

use self::support::{check_with_promtool, get};

#[test]
fn every_reading_has_its_series_in_base_units() {
    let exporter = exporter(everything());
    let page = page(exporter.local_addr());
    for line in EXPECTED.trim().lines() {
        assert!(page.contains(&format!("\n{line}\n")), "{line} in {page}");
    }
    let expected = families(EXPECTED);
    let told: BTreeSet<_> = families(&page)
        .into_iter()
        .filter(|name| !OTHERS.contains(&&**name))
        .collect();
    assert_eq!(told, expected);
    assert!(!page.contains("wf_sensor_reason{"), "{page}");
}

#[test]
fn devices_without_names_are_told_apart_and_take_nothing_else_along() {
    let mut readings = everything();
    let nameless = || Gpu {
        info: Info::default().into(),
        ..gpu()
    };
    readings.gpus.devices = read([nameless(), nameless()].into());
    let exporter = exporter(readings);
    let page = page(exporter.local_addr());
    for line in [
        "wf_gpu_power_watts{gpu=\"0\",uuid=\"unknown-0\"} 300.5",
        "wf_gpu_power_watts{gpu=\"0\",uuid=\"unknown-1\"} 300.5",
        "wf_sensor_up{sensor=\"cores\"} 1",
        "wf_families_refused_total 0",
    ] {
        assert!(page.contains(&format!("\n{line}\n")), "{line} in {page}");
    }
}

#[test]
fn promtool_finds_nothing_to_complain_about_in_the_sensors() {
    let exporter = exporter(everything());
    check_with_promtool(&get(exporter.local_addr(), "/metrics"));
}

#[test]
fn what_this_machine_does_not_tell_is_down_for_a_reason() {
    let readings = Sensors::new().read();
    let states = readings.sensors();
    let exporter = exporter(readings);
    let page = page(exporter.local_addr());
    for (sensor, state) in states {
        let up = u8::from(state.value().is_some());
        assert!(
            page.contains(&format!("\nwf_sensor_up{{sensor=\"{sensor}\"}} {up}\n")),
            "{page}"
        );
        let reason = page.contains(&format!("sensor=\"{sensor}\",state="));
        assert_eq!(reason, up == 0, "{sensor} in {page}");
    }
}

fn exporter(readings: Readings) -> Exporter {
    Exporter::builder()
        .address(([127, 0, 0, 1], 0))
        .collector(sensors(move || readings.clone()))
        .start()
        .unwrap()
}

fn page(address: SocketAddr) -> String {
    get(address, "/metrics")
}

/// The names before labels and values.
fn families(page: &str) -> BTreeSet<String> {
    let samples = page
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    samples
        .map(|line| line.split(['{', ' ']).next().unwrap().to_owned())
        .collect()
}

fn read<T>(value: T) -> Reading<T> {
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

fn everything() -> Readings {
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
            guard: read(Nanos::new(2_000_000)),
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

fn gpu() -> Gpu {
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

/// What the exporter says beside the sensors.
const OTHERS: [&str; 8] = [
    "wf_build_info",
    "wf_collector_panics_total",
    "wf_events_dropped_total",
    "wf_families_refused_total",
    "wf_orphan_tokens_total",
    "wf_registry_conflicts",
    "wf_scrape_render_seconds",
    "wf_sensor_up",
];

const EXPECTED: &str = r#"
process_cpu_seconds_total 631
process_max_fds 1024
process_open_fds 12
process_resident_memory_bytes 1048576
process_start_time_seconds 1790000000
process_threads 19
process_virtual_memory_bytes 9000000000
wf_cpu_limit_cores 1.5
wf_cpu_periods_total 4100
wf_cpu_quota_cores 1.5
wf_cpu_quota_utilization_ratio 0.875
wf_cpu_throttled_periods_total 37
wf_cpu_throttled_ratio 0.625
wf_cpu_throttled_seconds_total 1.25
wf_cpu_utilization_ratio 0.75
wf_disk_io_wait_seconds_total 2.5
wf_disk_read_bytes_total 4096
wf_disk_wait_seconds 0.012
wf_disk_written_bytes_total 8192
wf_gpu_busiest_memory_utilization_ratio 0.8
wf_gpu_busiest_utilization_ratio 0.9
wf_gpu_bar1_memory_used_bytes{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 5
wf_gpu_decoder_utilization_ratio{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 0.25
wf_gpu_dram_active_ratio{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 0.125
wf_gpu_ecc_errors_total{gpu="1",gpu_instance_id="3",kind="corrected",mig_profile="1g.10gb",uuid="GPU-7"} 9
wf_gpu_ecc_errors_total{gpu="1",gpu_instance_id="3",kind="uncorrected",mig_profile="1g.10gb",uuid="GPU-7"} 1
wf_gpu_encoder_utilization_ratio{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 0.125
wf_gpu_energy_joules_total{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 1234.5
wf_gpu_info{driver_version="570.1",gpu="1",gpu_instance_id="3",gpu_name="H100",mig_profile="1g.10gb",pci_bus_id="0:1:0.0",uuid="GPU-7"} 1
wf_gpu_jpeg_utilization_ratio{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 0.375
wf_gpu_memory_clock_hertz{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 2619000000
wf_gpu_memory_copy_utilization_ratio{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 0.5
wf_gpu_memory_free_bytes{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 30
wf_gpu_memory_reserved_bytes{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 10
wf_gpu_memory_temperature_celsius{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 70
wf_gpu_memory_total_bytes{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 100
wf_gpu_memory_used_bytes{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 60
wf_gpu_ofa_utilization_ratio{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 0.625
wf_gpu_pcie_received_bytes_per_second{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 3
wf_gpu_pcie_received_bytes_total{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 1000
wf_gpu_pcie_replays_total{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 8
wf_gpu_pcie_transmitted_bytes_per_second{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 4
wf_gpu_pcie_transmitted_bytes_total{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 2000
wf_gpu_power_limit_watts{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 700
wf_gpu_power_watts{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 300.5
wf_gpu_process_memory_used_bytes{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 50
wf_gpu_processes{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 1
wf_gpu_protected_memory_used_bytes{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 6
wf_gpu_sm_active_ratio{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 0.75
wf_gpu_sm_clock_hertz{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 1980000000
wf_gpu_sm_occupancy_ratio{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 0.5
wf_gpu_temperature_celsius{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 61
wf_gpu_tensor_active_ratio{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 0.25
wf_gpu_throttle_seconds_total{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",reason="sw_power_cap",uuid="GPU-7"} 1.5
wf_gpu_throttled{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",reason="sw_power_cap",uuid="GPU-7"} 1
wf_gpu_throttled{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",reason="sw_thermal",uuid="GPU-7"} 0
wf_gpu_utilization_ratio{gpu="1",gpu_instance_id="3",mig_profile="1g.10gb",uuid="GPU-7"} 0.75
wf_heap_held_bytes 200
wf_heap_live_bytes 100
wf_host_cpu_cores 16
wf_host_cpu_utilization_ratio{mode="busy"} 0.25
wf_host_memory_bytes 68719476736
wf_host_memory_utilization_ratio 0.375
wf_host_pressure_cpu_stalled_ratio 0.375
wf_host_pressure_cpu_stalled_seconds_total 4
wf_host_pressure_cpu_waiting_ratio 0.75
wf_host_pressure_cpu_waiting_seconds_total 8
wf_host_pressure_io_stalled_ratio 0.03125
wf_host_pressure_io_stalled_seconds_total 6
wf_host_pressure_io_waiting_ratio 0.0625
wf_host_pressure_io_waiting_seconds_total 12
wf_host_pressure_memory_stalled_ratio 0.1875
wf_host_pressure_memory_stalled_seconds_total 5
wf_host_pressure_memory_waiting_ratio 0.375
wf_host_pressure_memory_waiting_seconds_total 10
wf_host_swap_read_bytes_total 8192
wf_host_swap_written_bytes_total 16384
wf_host_swapping_bytes_per_second 4096
wf_host_tasks{state="blocked"} 2
wf_host_tasks{state="runnable"} 5
wf_memory_group_bytes 1073741824
wf_memory_group_events_total{event="high"} 17
wf_memory_group_events_total{event="max"} 4
wf_memory_group_events_total{event="oom_kill"} 1
wf_memory_group_limit_bytes{bound="high"} 3221225472
wf_memory_group_limit_bytes{bound="max"} 4294967296
wf_memory_limit_bytes 4294967296
wf_memory_major_faults_total 321
wf_memory_peak_rss_bytes 2097152
wf_memory_rss_anon_bytes 1048576
wf_memory_rss_file_bytes 1310720
wf_memory_rss_shared_bytes 1572864
wf_memory_swapped_bytes 4096
wf_memory_utilization_ratio 0.5
wf_pressure_cpu_stalled_ratio{scope="group"} 0.25
wf_pressure_cpu_stalled_seconds_total{scope="group"} 1
wf_pressure_cpu_waiting_ratio{scope="group"} 0.5
wf_pressure_cpu_waiting_seconds_total{scope="group"} 2
wf_pressure_io_stalled_ratio{scope="group"} 0.0625
wf_pressure_io_stalled_seconds_total{scope="group"} 3
wf_pressure_io_waiting_ratio{scope="group"} 0.125
wf_pressure_io_waiting_seconds_total{scope="group"} 6
wf_pressure_memory_stalled_ratio{scope="group"} 0.125
wf_pressure_memory_stalled_seconds_total{scope="group"} 2
wf_pressure_memory_waiting_ratio{scope="group"} 0.25
wf_pressure_memory_waiting_seconds_total{scope="group"} 4
wf_runtime_busy_ratio 0.25
wf_runtime_busy_seconds_total 77
wf_runtime_parks_total 1234
wf_runtime_queued_tasks 3
wf_runtime_tasks 9
wf_runtime_workers 4
wf_sensor_alarms_total{kind="full",resource="io"} 1
wf_sensor_alarms_total{kind="full",resource="memory"} 2
wf_sensor_alarms_total{kind="some",resource="memory"} 3
wf_sensor_guard_seconds 0.002
wf_sensor_pass_seconds 0.003
wf_threads{state="blocked"} 1
wf_threads{state="runnable"} 3
"#;
