//! A page with every family of the exporter.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wf_govern::knob::Knob;
use wf_govern::sizing::{Hardware, Profile};
use wf_govern::{Actions, Bottleneck, Cause, Status, Targets};
use wf_instrument::Nanos;
use wf_instrument::snapshot::{CounterMetrics, FrameMetrics, Label, Metrics, SpanMetrics, Target};
use wf_instrument::{Bytes, clock};

use crate::families::Families;
use crate::page::{self, Own};
use crate::recorded::tests::{application, generation, millis};
use crate::{catalog, governor, profile, recorded, sensors, text};

#[path = "../tests/sensors/all_readings.rs"]
mod all_readings;

/// Names, types, labels and values are the interface of dashboards and alerts: more may come, and
/// the present ones change on purpose only. `WF_BLESS=1` writes the file anew.
#[test]
fn every_line_of_the_golden_page_is_written() {
    let page = text::encode(&families(), 0);
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/page.txt");
    if std::env::var_os("WF_BLESS").is_some() {
        std::fs::write(golden, &page).unwrap();
    }
    let written: BTreeSet<_> = page.lines().collect();
    for line in std::fs::read_to_string(golden).unwrap().lines() {
        assert!(written.contains(line), "{line}");
    }
}

#[test]
fn every_family_on_the_page_matches_the_catalogue() {
    let rows: BTreeMap<_, _> = catalog::families().map(|row| (row.name, row)).collect();
    for family in families().iter() {
        let Some(row) = rows.get(family.name()) else {
            let known = APPLICATION.contains(&family.name());
            assert!(known, "{} has no row", family.name());
            continue;
        };
        assert_eq!((family.kind(), family.help()), (row.kind, row.help));
        for (name, value) in family.series().flat_map(|(labels, _)| labels) {
            let label = row.labels.iter().find(|label| label.name == name);
            let listed = label
                .is_some_and(|label| label.values.is_empty() || label.values.contains(&&**value));
            let of_code = row.labels_of_code && name == "lane";
            assert!(listed || of_code, "{name}={value} of {row:?}");
        }
    }
}

#[test]
fn every_row_of_the_catalogue_is_exported_with_every_label() {
    // A sensor that is down on one page is up on the other.
    let pages = [families(), of_sensors(&without_power())];
    for row in catalog::families() {
        let families = pages.iter().flat_map(Families::iter);
        let families: Vec<_> = families
            .filter(|family| family.name() == row.name)
            .collect();
        assert!(!families.is_empty(), "{} is not on the page", row.name);
        for label in row.labels {
            let series = families.iter().flat_map(|family| family.series());
            let mut labels = series.flat_map(|(labels, _)| labels);
            let found = labels.any(|(name, _)| name == label.name);
            assert!(
                found,
                "no series of {} has the label {}",
                row.name, label.name
            );
        }
    }
}

/// All readings but the power of a GPU.
fn without_power() -> wf_sense::Readings {
    let mut gpu = all_readings::gpu();
    gpu.power = wf_sense::Reading::Unknown("the driver timed out".into());
    let mut readings = all_readings::all_readings();
    readings.gpus.devices = all_readings::read([gpu].into());
    readings
}

#[test]
fn a_family_of_sensors_has_at_most_the_series_that_the_catalogue_lists() {
    let all = all_readings::all_readings();
    let sensors = all.sensors().len() + all_readings::gpu().sensors().len();
    for family in of_sensors(&all).iter() {
        let mut rows = catalog::families();
        let row = rows.find(|row| row.name == family.name()).unwrap();
        // One GPU, so a label whose values are not listed has one.
        let values = row.labels.iter().map(|label| label.values.len().max(1));
        let at_most = match family.name() {
            "wf_sensor_up" => sensors,
            _ => values.product(),
        };
        assert!(family.series().count() <= at_most, "{row:?}");
    }
}

/// The names of the application's families.
const APPLICATION: [&str; 5] = [
    "cache_hits_total",
    "batch",
    "batch_size",
    "load_seconds",
    "upload_bytes",
];

/// Every family that the exporter can write, in one scrape.
fn families() -> Families {
    let mut families = Families::default();
    page::own_families(&own()).for_each(|family| families.add(family).unwrap());
    recorded::metrics(recorded(), &mut families);
    sensors::collect(&readings(), clock::now(), &mut families).unwrap();
    let governing = governor::state(&status(), &actions());
    families.add_all(governing).unwrap();
    families.add(governor::targets(targets())).unwrap();
    let profile = profile::families(&Profile::of(hardware()));
    families.add_all(profile).unwrap();
    assert_eq!(families.refused(), 0);
    families
}

fn of_sensors(readings: &wf_sense::Readings) -> Families {
    let mut families = Families::default();
    sensors::collect(readings, clock::now(), &mut families).unwrap();
    families
}

const fn own() -> Own {
    Own {
        panics: 1,
        refused: 5,
        conflicts: 4,
        copies: Some(1),
        last_render: Some(Nanos::from_millis(2)),
    }
}

fn labels(name: &str, value: &str) -> Vec<Label> {
    vec![(Arc::from(name), Arc::from(value))]
}

fn recorded() -> Metrics {
    let mut generation = generation("llama");
    generation.labels = labels("lane", "fast");
    generation.waiting = 3;
    generation.running = 5;
    generation.target = Some(Target {
        quantile: 0.99,
        limit: Nanos::from_millis(350),
    });
    let mut hits = CounterMetrics::default();
    hits.name = "cache_hits".into();
    hits.help = "Prompts found in the cache.".into();
    hits.labels = labels("tier", "disk");
    hits.value = 41;
    let mut metrics = application();
    metrics.counters = vec![hits];
    metrics.generations = vec![generation];
    metrics.spans = vec![{
        let mut row = SpanMetrics::default();
        row.span = "decode".into();
        row.labels = labels("lane", "slow");
        row.in_flight = 2;
        row.ok = millis([4]);
        row.error = millis([5]);
        row.cancelled = millis([70_000]);
        row
    }];
    metrics.frames = vec![{
        let mut row = FrameMetrics::default();
        row.frame = "draw".into();
        row.late = 1;
        row.dropped = 2;
        row.duration = millis([4, 40]);
        row.target_fps = 60.0;
        row
    }];
    metrics.orphan_tokens = 5;
    metrics.dropped = 6;
    metrics
}

/// Readings with one sensor down: otherwise there is no `wf_sensor_reason`.
fn readings() -> wf_sense::Readings {
    let mut readings = all_readings::all_readings();
    readings.storage.wait = wf_sense::Reading::Absent("no block device".into());
    readings
}

fn status() -> Status {
    let mut knob = Knob::concurrency(1..=64, || 12, Ok);
    let mut status = Status::default();
    status.knobs = vec![knob.position()];
    status.tick_duration = Some(Nanos::from_millis(1));
    status.diagnosis.bottleneck = Bottleneck::Memory;
    status.diagnosis.by_threshold = Bottleneck::Cpu;
    status.diagnosis.scores.memory = Some(1.25);
    status
}

fn actions() -> [Actions; 1] {
    [Actions {
        knob: "concurrency".into(),
        direction: "up",
        cause: Cause::HeadRoom,
        count: 3,
    }]
}

fn targets() -> Targets {
    let mut targets = Targets::default();
    targets.time_to_first_token = Some(Nanos::from_millis(500));
    targets.inter_token_latency = Some(Nanos::from_millis(20));
    targets
}

fn hardware() -> Hardware {
    let mut hardware = Hardware::default();
    hardware.cores = Some(8.0);
    hardware.memory = Some(Bytes::new(20_000_000_000));
    hardware.gpu_memory = Some(vec![Bytes::new(1_000_000_000)]);
    hardware
}
