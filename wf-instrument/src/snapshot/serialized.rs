//! Rows as they are written: the histograms of requests as a map from their names.
//!
//! A snapshot that another version has written may lack a histogram, which is empty then, or have
//! one that is not known here, which is left out. Rows and labels are sorted when they are read:
//! differences look them up by their order. Two rows of one name and labels are refused: which of
//! two gauges is meant is not known, nor whether two histograms have one unit.

use std::collections::BTreeMap;

use serde::Serializer;
use serde::de::{Deserialize, Deserializer, Error};

use super::combine::Row;
use super::metrics::{Label, RequestHistogram};
use crate::histogram::HistogramSnapshot;

type Histograms = [HistogramSnapshot; RequestHistogram::COUNT];

pub(super) fn serialize<S: Serializer>(
    histograms: &Histograms,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let names = RequestHistogram::ALL.map(RequestHistogram::name);
    serializer.collect_map(names.into_iter().zip(histograms))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Histograms, D::Error> {
    let mut named = BTreeMap::<String, HistogramSnapshot>::deserialize(deserializer)?;
    let named = |which: RequestHistogram| named.remove(which.name()).unwrap_or_default();
    Ok(RequestHistogram::ALL.map(named))
}

/// Reads a list of [`Metrics`](super::Metrics).
pub(super) fn rows<'de, R: Row + Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<R>, D::Error> {
    let mut rows = Vec::<R>::deserialize(deserializer)?;
    rows.sort_by(|one, other| one.key().cmp(&other.key()));
    match rows.windows(2).find(|two| two[0].key() == two[1].key()) {
        None => Ok(rows),
        Some(two) => {
            let (name, labels) = two[0].key();
            Err(D::Error::custom(format_args!(
                "two rows are named `{name}` and have the labels {labels:?}"
            )))
        }
    }
}

/// Reads the labels of a row.
pub(super) fn labels<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Label>, D::Error> {
    let mut labels = Vec::<Label>::deserialize(deserializer)?;
    labels.sort();
    Ok(labels)
}

/// A value that may not be finite: formats like JSON have no such numbers, and would write what
/// they cannot read.
pub(super) mod finite {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    // Not `expect`: the lint says nothing where a pointer has 32 bits.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    pub(in super::super) fn serialize<S: Serializer>(
        value: &f64,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        Some(*value)
            .filter(|value| value.is_finite())
            .serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<f64, D::Error> {
        Ok(Option::deserialize(deserializer)?.unwrap_or(f64::NAN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{
        CounterMetrics, GaugeMetrics, GenerationMetrics, Metrics, Snapshot, Target, Window,
    };
    use crate::units::Nanos;

    fn snapshot() -> Snapshot {
        let mut row = GenerationMetrics {
            model: "llama".into(),
            labels: vec![("tier".into(), "a".into())],
            oldest: Some(Nanos::new(7)),
            target: Some(Target::new(0.99, 1_000)),
            ..GenerationMetrics::default()
        };
        row[RequestHistogram::Queue] = [3, u64::MAX, u64::MAX].into_iter().collect();
        Snapshot {
            at: Nanos::new(9),
            metrics: Metrics {
                generations: vec![row],
                ..Metrics::default()
            },
        }
    }

    #[test]
    fn a_window_is_the_same_after_it_was_written_and_read() {
        let window = Window::between(&Snapshot::default(), &snapshot());
        let text = serde_json::to_string(&window).unwrap();
        assert_eq!(serde_json::from_str::<Window>(&text).unwrap(), window);
    }

    #[test]
    fn rows_and_labels_that_were_written_in_another_order_are_sorted() {
        let labels = |names: &[&str]| {
            names
                .iter()
                .map(|&name| (name.into(), "a".into()))
                .collect()
        };
        let counter = |name: &str, names: &[&str], value| CounterMetrics {
            name: name.into(),
            labels: labels(names),
            value,
            ..CounterMetrics::default()
        };
        let metrics = |counters| Metrics {
            counters,
            ..Metrics::default()
        };
        let unsorted = metrics(vec![
            counter("c", &["tier", "host"], 30),
            counter("a", &[], 9),
            counter("b", &[], 20),
        ]);
        let text = serde_json::to_string(&unsorted).unwrap();
        let read: Metrics = serde_json::from_str(&text).unwrap();
        let sorted = [
            counter("a", &[], 9),
            counter("b", &[], 20),
            counter("c", &["host", "tier"], 30),
        ];
        assert_eq!(read.counters, sorted);
        let window = read.since(&metrics(sorted.to_vec()));
        assert!(window.counters.iter().all(|row| row.value == 0));
    }

    #[test]
    fn two_rows_of_one_name_and_labels_are_not_read() {
        let gauge = |name: &str, labels: &[(&str, &str)], value| GaugeMetrics {
            name: name.into(),
            labels: labels
                .iter()
                .map(|&(name, value)| (name.into(), value.into()))
                .collect(),
            value,
            ..GaugeMetrics::default()
        };
        let read = |gauges| {
            let metrics = Metrics {
                gauges,
                ..Metrics::default()
            };
            serde_json::from_str::<Metrics>(&serde_json::to_string(&metrics).unwrap())
        };
        let apart = vec![gauge("a", &[("tier", "x")], 1.0), gauge("a", &[], 2.0)];
        assert!(read(apart).is_ok());
        let error = read(vec![
            gauge("a", &[("tier", "x"), ("host", "y")], 1.0),
            gauge("b", &[], 2.0),
            gauge("a", &[("host", "y"), ("tier", "x")], 3.0),
        ]);
        let error = error.unwrap_err().to_string();
        assert!(
            error.starts_with("two rows are named `a` and have the labels"),
            "{error}"
        );
        assert!(error.contains("tier"), "{error}");
    }

    #[test]
    fn a_gauge_that_is_not_finite_does_not_make_a_snapshot_unreadable() {
        for (value, read_as_nan) in [(f64::NAN, true), (f64::INFINITY, true), (-2.5, false)] {
            let gauge = GaugeMetrics {
                value,
                ..GaugeMetrics::default()
            };
            let metrics = Metrics {
                gauges: vec![gauge],
                ..Metrics::default()
            };
            let text = serde_json::to_string(&metrics).unwrap();
            let read = serde_json::from_str::<Metrics>(&text).unwrap().gauges[0].value;
            assert_eq!(read.is_nan(), read_as_nan, "{value}");
            assert!(read_as_nan || read.to_bits() == value.to_bits(), "{value}");
        }
    }

    #[test]
    fn a_target_without_a_quantile_between_0_and_1_is_not_read() {
        for (quantile, read) in [
            ("-0.1", false),
            ("0", false),
            ("1", false),
            ("99", false),
            ("0.99", true),
        ] {
            let text = format!(r#"{{"quantile":{quantile},"limit":5}}"#);
            assert_eq!(
                serde_json::from_str::<Target>(&text).is_ok(),
                read,
                "{text}"
            );
        }
    }

    #[test]
    fn histograms_of_other_versions_are_empty_or_left_out() {
        let mut value = serde_json::to_value(&snapshot().metrics.generations[0]).unwrap();
        let histograms = value["histograms"].as_object_mut().unwrap();
        let queue = histograms.remove("queue").unwrap();
        histograms.insert("of_tomorrow".into(), queue);
        let read: GenerationMetrics = serde_json::from_value(value).unwrap();
        assert!(read.queue().is_empty());
    }
}
