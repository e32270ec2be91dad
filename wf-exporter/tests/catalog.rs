//! METRICS.md lists the rows of the catalogue.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fmt::Write;

use wf_exporter::catalog::{BaseUnit, Descriptor, families};

/// `WF_BLESS=1` writes the file anew.
#[test]
fn the_table_of_metrics_matches_the_catalogue() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/METRICS.md");
    let expected = table();
    if std::env::var_os("WF_BLESS").is_some() {
        std::fs::write(path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap();
    let stale = "METRICS.md is stale: run this test with WF_BLESS=1";
    for (line, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(line, expected, "{stale}");
    }
    assert_eq!(found, expected, "{stale}");
}

fn table() -> String {
    let mut table = wrap("", INTRODUCTION);
    let mut rows: Vec<_> = families().collect();
    rows.sort_by_key(|row| (row.source, row.name));
    for of_source in rows.chunk_by(|row, next| row.source == next.source) {
        let count = of_source.len();
        let families = if count == 1 { "family" } else { "families" };
        writeln!(
            table,
            "\n## {}\n\n{count} {families}.\n",
            of_source[0].source
        )
        .unwrap();
        for row in of_source {
            table.push_str(&wrap("  ", &entry(row)));
        }
    }
    table
}

fn entry(row: &Descriptor) -> String {
    let mut facts = vec![row.kind.to_string()];
    if row.unit != BaseUnit::None {
        facts.push(row.unit.suffix().replace('_', " "));
    }
    if let Some(bounds) = row.bounds {
        facts.push(format!("{} buckets", bounds.len() + 1));
    }
    facts.extend(row.labels.iter().map(|label| {
        let values: Vec<_> = label
            .values
            .iter()
            .map(|value| format!("`{value}`"))
            .collect();
        match values.is_empty() {
            true => format!("`{}`", label.name),
            false => format!("`{}`: {}", label.name, values.join(" ")),
        }
    }));
    if row.labels_of_code {
        facts.push("labels of the code".to_owned());
    }
    format!(
        "- **`{}`** ({}). {}\n",
        row.name,
        facts.join("; "),
        row.help
    )
}

/// Breaks each line of `text` at 100 columns; all but the first begin with `indent`.
fn wrap(indent: &str, text: &str) -> String {
    let mut wrapped = String::new();
    for line in text.lines() {
        let mut width = 0;
        for word in line.split(' ') {
            let begins = width == 0;
            if !begins && width + 1 + word.chars().count() > 100 {
                wrapped.push('\n');
                wrapped.push_str(indent);
                width = indent.len();
            } else if !begins {
                wrapped.push(' ');
                width += 1;
            }
            wrapped.push_str(word);
            width += word.chars().count();
        }
        wrapped.push('\n');
    }
    wrapped
}

const INTRODUCTION: &str = "\
# Metrics

Every family that wf-exporter can write with its features `govern` and `sense`: type, unit, number \
of buckets of a histogram, labels with their values if these are fixed, and HELP. This file is \
generated from the catalogue (`wf_exporter::catalog`) by the test `catalog`; `WF_BLESS=1` in its \
environment writes the file anew.

The application's own metrics have the names and labels under which they are registered; a counter \
gets `_total` appended. \"Labels of the code\" are those that an annotation declares, as in \
`labels(lane = \"fast\")`. Names and labels of requests are vLLM's: see [VLLM.md](VLLM.md).
";
