//! Which names the text format can carry.

/// `[a-zA-Z_][a-zA-Z0-9_]*`: a metric name of the Prometheus data model, less the colon, which is for recording rules.
pub(super) fn is_metric_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let starts = |b: u8| b.is_ascii_alphabetic() || b == b'_';
    bytes.next().is_some_and(starts) && bytes.all(|b| starts(b) || b.is_ascii_digit())
}

/// As a metric name, and none that Prometheus sets itself: two underscores first, or a target's
/// labels.
pub(super) fn is_label_name(name: &str) -> bool {
    is_metric_name(name) && !name.starts_with("__") && !["instance", "job"].contains(&name)
}
