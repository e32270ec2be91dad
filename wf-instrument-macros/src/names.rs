//! The rules for names of series and labels, shared by the macros and the registry.
//!
//! wf-instrument compiles the text of this file too, by `name_rules!`. It uses `core` only.

/// Returns why a counter, gauge or histogram of the application cannot have this name.
pub(crate) fn metric_name_error(name: &str) -> Option<&'static str> {
    if !is_snake_case(name) {
        return Some(
            "use lower-case letters, digits and single underscores, a letter first, as in \
             \"cache_hits\"",
        );
    }
    if name.starts_with("wf_") {
        return Some(
            "the prefix `wf_` is reserved for wf-instrument's own metrics: use another prefix",
        );
    }
    if EXPORTED_BY_OTHERS.contains(&name) || name.starts_with("scrape_") {
        return Some(
            "Prometheus or its client libraries export a series of this name: choose another name",
        );
    }
    let (_, why) = RESERVED_ENDINGS
        .iter()
        .find(|(ending, _)| name.ends_with(ending))?;
    Some(why)
}

/// Returns why a label of a counter, gauge or histogram cannot have this name.
pub(crate) fn label_name_error(label: &str) -> Option<&'static str> {
    if !is_identifier(label) {
        return Some("use ASCII letters, digits and underscores, not a digit first");
    }
    if label.starts_with("__") || SET_BY_PROMETHEUS.contains(&label) {
        return Some("Prometheus sets this label itself: choose another name");
    }
    None
}

/// Returns why a label of spans, generations or frames cannot have this name.
pub(crate) fn site_label_name_error(label: &str) -> Option<&'static str> {
    if SET_BY_ENDPOINT.contains(&label) {
        return Some("the metrics endpoint sets this label itself: choose another name");
    }
    label_name_error(label)
}

/// Returns why spans, generations or frames cannot have this name, the value of a label.
pub(crate) fn site_name_error(name: &str) -> Option<&'static str> {
    let readable = !name.trim().is_empty() && !name.contains(char::is_control);
    (!readable).then_some("a name must be one line of text, and not blank")
}

/// Endings that <https://prometheus.io/docs/practices/naming/> reserves or OpenMetrics appends.
const RESERVED_ENDINGS: [(&str, &str); 6] = [
    (
        "_total",
        "`_total` is appended to every counter on export: leave it out",
    ),
    ("_count", SAMPLES),
    ("_sum", SAMPLES),
    ("_bucket", SAMPLES),
    (
        "_created",
        "`_created` is reserved for the creation time of a series: use another ending",
    ),
    (
        "_info",
        "`_info` is reserved for metrics that consist of labels: use another ending",
    ),
];

const SAMPLES: &str =
    "a histogram is exported as `_bucket`, `_sum` and `_count`: use another ending";

/// Series that Prometheus adds to each scrape, and process metrics of its client libraries:
/// <https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics>.
const EXPORTED_BY_OTHERS: [&str; 10] = [
    "up",
    "process_cpu_seconds",
    "process_heap_bytes",
    "process_max_fds",
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
    "process_threads",
    "process_virtual_memory_bytes",
    "process_virtual_memory_max_bytes",
];

const SET_BY_PROMETHEUS: [&str; 4] = ["instance", "job", "le", "quantile"];

const SET_BY_ENDPOINT: [&str; 8] = [
    "engine",
    "error_type",
    "finished_reason",
    "frame",
    "model_name",
    "outcome",
    "slo",
    "span",
];

fn is_snake_case(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('_')
        && !name.contains("__")
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn is_identifier(name: &str) -> bool {
    let starts = |b: u8| b.is_ascii_alphabetic() || b == b'_';
    let mut bytes = name.bytes();
    bytes.next().is_some_and(starts) && bytes.all(|b| starts(b) || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snake_case_names_are_accepted() {
        for name in [
            "cache_hits",
            "kv2_blocks",
            "x",
            "queue_depth_ratio",
            "process_calls",
            "sum",
            "load_seconds",
        ] {
            assert_eq!(metric_name_error(name), None, "{name}");
        }
    }

    #[test]
    fn names_that_collide_or_are_malformed_are_refused() {
        for name in [
            "",
            "CacheHits",
            "cache-hits",
            "cache hits",
            "2fast",
            "_x",
            "x_",
            "a__b",
            "a:b",
            "héhé",
            "hits_total",
            "hits_count",
            "hits_sum",
            "hits_bucket",
            "hits_created",
            "build_info",
            "wf_hits",
            "a\n",
            "up",
            "scrape_samples_scraped",
            "process_threads",
        ] {
            assert!(metric_name_error(name).is_some(), "{name:?} was accepted");
        }
    }

    #[test]
    fn labels_that_others_set_are_refused() {
        for label in [
            "job", "instance", "le", "quantile", "__x", "", "0a", "größe",
        ] {
            assert!(label_name_error(label).is_some(), "{label:?} was accepted");
            assert!(site_label_name_error(label).is_some(), "{label:?}");
        }
        assert_eq!(label_name_error("model_name"), None);
        assert!(site_label_name_error("model_name").is_some());
        assert_eq!(site_label_name_error("device"), None);
    }

    #[test]
    fn a_blank_name_is_refused() {
        assert!(site_name_error(" \t").is_some() && site_name_error("a\nb").is_some());
        assert_eq!(site_name_error("decode step"), None);
    }
}
