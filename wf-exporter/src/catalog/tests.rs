use std::collections::BTreeSet;

use super::*;
use crate::family::{is_label_name, is_metric_name};

/// Runs `check` on every row, and names the row that fails.
fn check(rule: &str, check: impl Fn(&Descriptor) -> bool) {
    let broken: Vec<_> = families().filter(|row| !check(row)).collect();
    assert!(broken.is_empty(), "{rule}: {broken:#?}");
}

#[test]
fn every_name_and_label_can_be_written() {
    check("metric name", |row| is_metric_name(row.name));
    check("label names", |row| {
        let names: BTreeSet<_> = row.labels.iter().map(|label| label.name).collect();
        names.len() == row.labels.len()
            && names.iter().all(|name| is_label_name(name))
            && !names.contains("le")
    });
    check("label values", |row| {
        let values = row.labels.iter().flat_map(|label| label.values);
        values.into_iter().all(|value| !value.is_empty())
    });
}

#[test]
fn no_name_is_there_twice_or_hidden_by_a_histogram() {
    let mut written = BTreeSet::new();
    for row in families() {
        let suffixes: &[&str] = match row.kind {
            Kind::Histogram => &["", "_bucket", "_count", "_sum"],
            Kind::Counter | Kind::Gauge => &[""],
        };
        for suffix in suffixes {
            let name = format!("{}{suffix}", row.name);
            assert!(written.insert(name), "{} {suffix}", row.name);
        }
    }
}

#[test]
fn names_are_those_that_promtool_asks_for() {
    check("prefix", |row| {
        row.name.starts_with("wf_") || row.name.starts_with("process_")
    });
    check("lower case", |row| {
        !row.name.contains(|c: char| c.is_ascii_uppercase())
    });
    check("_total on counters and only there", |row| {
        row.name.ends_with("_total") == (row.kind == Kind::Counter)
    });
    check("suffixes of histograms", |row| {
        let suffixes = ["_bucket", "_count", "_sum"];
        !suffixes.iter().any(|suffix| row.name.ends_with(suffix))
    });
    check("no type in the name", |row| {
        let mut words = row.name.split('_');
        words.all(|word| !["counter", "gauge", "histogram", "summary"].contains(&word))
    });
}

#[test]
fn names_end_with_their_base_unit() {
    check("suffix of the declared unit", |row| {
        let base = row.name.strip_suffix("_total").unwrap_or(row.name);
        let suffix = row.unit.suffix();
        suffix.is_empty() || base.ends_with(&format!("_{suffix}"))
    });
    check("no unit without its declaration", |row| {
        let base = row.name.strip_suffix("_total").unwrap_or(row.name);
        row.unit != BaseUnit::None || !UNITS.iter().any(|unit| base.ends_with(unit.suffix()))
    });
    check("base units only", |row| {
        let mut words = row.name.split('_');
        words.all(|word| !NOT_BASE_UNITS.contains(&word))
    });
}

#[test]
fn help_is_sentences() {
    check("HELP", |row| {
        row.help
            .starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
            && row.help.ends_with('.')
            && !row.help.contains(['\n', '"', '\\'])
            && !row.help.contains("  ")
    });
}

#[test]
fn histograms_and_only_they_have_bounds() {
    check("bounds", |row| {
        row.bounds.is_some() == (row.kind == Kind::Histogram)
    });
}

#[test]
fn the_series_of_closed_labels_are_counted() {
    let count = |name| {
        let row = families().find(|row| row.name == name).unwrap();
        row.series_at_most()
    };
    assert_eq!(count("wf_scrape_render_seconds"), Some(1));
    assert_eq!(count("wf_frames_total"), None, "one for each frame");
}

const UNITS: [BaseUnit; 9] = [
    BaseUnit::Seconds,
    BaseUnit::Bytes,
    BaseUnit::BytesPerSecond,
    BaseUnit::Ratio,
    BaseUnit::Cores,
    BaseUnit::Celsius,
    BaseUnit::Watts,
    BaseUnit::Joules,
    BaseUnit::Hertz,
];

/// Units that `promtool check metrics` complains about, and some more.
const NOT_BASE_UNITS: [&str; 22] = [
    "nanoseconds",
    "microseconds",
    "milliseconds",
    "ns",
    "us",
    "ms",
    "minutes",
    "hours",
    "days",
    "bits",
    "kilobytes",
    "megabytes",
    "gigabytes",
    "kb",
    "mb",
    "gb",
    "kib",
    "mib",
    "gib",
    "percent",
    "milliwatts",
    "fahrenheit",
];
