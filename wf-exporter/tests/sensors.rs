//! Every reading of the sensors, on one page.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "sensors/all_readings.rs"]
mod all_readings;
mod support;

use std::collections::BTreeSet;
use std::net::SocketAddr;

use wf_exporter::{Exporter, sensors_from};
use wf_sense::gpu::{Gpu, Info};
use wf_sense::{Readings, Sensors};

use self::all_readings::{all_readings, gpu, read};
use self::support::{check_with_promtool, get};

#[test]
fn every_reading_has_its_series_in_base_units() {
    let exporter = exporter(all_readings());
    let page = page(exporter.local_addr());
    for line in EXPECTED.trim().lines() {
        assert!(page.contains(&format!("\n{line}\n")), "{line} in {page}");
    }
    let rows = Readings::rows().chain(Gpu::rows());
    let numbers: BTreeSet<_> = rows
        .flat_map(|row| {
            row.parts
                .iter()
                .map(|part| (row.name, part.name, part.kind, part.unit))
        })
        .collect();
    let names = families(&page);
    let written = names.iter().filter(|name| !OTHERS.contains(&&***name));
    assert_eq!(written.count(), numbers.len(), "{page}");
    assert!(!page.contains("wf_sensor_reason{"), "{page}");
}

#[test]
fn devices_without_names_have_separate_series() {
    let mut readings = all_readings();
    let nameless = || {
        let mut gpu = gpu();
        gpu.info = Info::default().into();
        gpu
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
fn promtool_reports_nothing_on_the_sensors() {
    let exporter = exporter(all_readings());
    check_with_promtool(&get(exporter.local_addr(), "/metrics"));
}

#[test]
fn a_sensor_without_a_reading_is_down_with_a_reason() {
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
        .collector(sensors_from(move || readings.clone()))
        .start()
        .unwrap()
}

fn page(address: SocketAddr) -> String {
    get(address, "/metrics")
}

/// The names of the families with samples.
fn families(page: &str) -> BTreeSet<String> {
    let samples = page
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    samples
        .map(|line| line.split(['{', ' ']).next().unwrap().to_owned())
        .collect()
}

/// Names of families that are not readings.
const OTHERS: [&str; 10] = [
    "wf_build_info",
    "wf_collector_panics_total",
    "wf_events_dropped_total",
    "wf_families_refused_total",
    "wf_gpu_info",
    "wf_orphan_tokens_total",
    "wf_registry_conflicts",
    "wf_registry_copies",
    "wf_scrape_render_seconds",
    "wf_sensor_up",
];

const EXPECTED: &str = include_str!("sensors/expected.txt");
