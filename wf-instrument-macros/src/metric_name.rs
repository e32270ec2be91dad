//! Which names a counter or a gauge may have.

/// Endings that Prometheus gives a meaning of their own: <https://prometheus.io/docs/practices/naming/>.
const RESERVED: &[&str] = &["_total", "_count", "_sum", "_bucket", "_created", "_info"];

/// # Errors
///
/// Says what is wrong with `name`, and what to write instead.
pub(crate) fn check(name: &str) -> Result<(), String> {
    if !is_snake_case(name) {
        return Err(format!(
            "\"{name}\" is no metric name: use lower-case letters, digits and single underscores, a letter first, as in \"cache_hits\""
        ));
    }
    if let Some(ending) = RESERVED.iter().find(|ending| name.ends_with(**ending)) {
        let stem = name.trim_end_matches(ending);
        return Err(match *ending {
            "_total" => format!(
                "\"{name}\" ends in `_total`, which is added to every counter on export: write \"{stem}\""
            ),
            _ => format!(
                "\"{name}\" ends in `{ending}`, which Prometheus keeps for itself: write \"{stem}\" or another noun"
            ),
        });
    }
    if name.starts_with("wf_") {
        return Err(format!(
            "\"{name}\" starts with `wf_`, which belongs to wf-instrument's own metrics"
        ));
    }
    Ok(())
}

fn is_snake_case(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('_')
        && !name.contains("__")
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snake_case_names_are_taken() {
        for name in ["cache_hits", "kv2_blocks", "x", "queue_depth_ratio"] {
            assert_eq!(check(name), Ok(()));
        }
    }

    #[test]
    fn names_that_prometheus_or_we_would_misread_are_refused() {
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
        ] {
            assert!(check(name).is_err(), "{name:?} was taken");
        }
    }

    #[test]
    fn the_refusal_says_what_to_write() {
        let refusal = check("cache_hits_total").unwrap_err();
        assert!(refusal.contains("write \"cache_hits\""), "{refusal}");
    }
}
