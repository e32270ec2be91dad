//! The histograms of requests as a map from their names.
//!
//! A snapshot that another version has written may lack a histogram, which is empty then, or have
//! one that is not known here, which is left out.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serializer};

use super::metrics::RequestHistogram;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{GenerationMetrics, Metrics, Snapshot, Target, Window};
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
    fn histograms_of_other_versions_are_empty_or_left_out() {
        let mut value = serde_json::to_value(&snapshot().metrics.generations[0]).unwrap();
        let histograms = value["histograms"].as_object_mut().unwrap();
        let queue = histograms.remove("queue").unwrap();
        histograms.insert("of_tomorrow".into(), queue);
        let read: GenerationMetrics = serde_json::from_value(value).unwrap();
        assert!(read.queue().is_empty());
    }
}
