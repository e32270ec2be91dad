use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::buckets::{Buckets, to_f64};

fn page(families: impl IntoIterator<Item = Family>) -> String {
    let mut all = Families::default();
    for family in families {
        all.add(family).unwrap();
    }
    encode(&all, 0)
}

#[test]
fn a_page_is_written_as_prometheus_documents_it() {
    let histogram = Buckets {
        cumulative: vec![(0.000_01, 0), (0.005, 1), (1.0, 3), (1e6, 4)],
        sum: 2.5,
        count: 5,
    };
    let families = [
        Family::counter("requests", "Requests.")
            .sample(&[("path", "/b")], 2.0)
            .sample(&[("path", "/a")], 1.0),
        Family::histogram("latency_seconds", "").sample(&[], histogram.clone()),
        Family::histogram("labelled_seconds", "A\\B\nC \"D\"")
            .sample(&[("a", "\"\\\n")], histogram),
        Family::gauge("temperature_celsius", "Heat.").sample(&[("z", "1"), ("a", "2")], -1.5),
    ];
    let expected = include_str!("golden.txt");
    assert_eq!(page(families), expected);
}

#[test]
fn a_value_that_is_not_a_number_is_left_out() {
    let nothing = Buckets {
        sum: f64::NAN,
        ..Buckets::default()
    };
    let page = page([
        Family::gauge("g", "Some.")
            .sample(&[("is", "nan")], f64::NAN)
            .sample(&[("is", "known")], 1.0),
        Family::gauge("none", "Nothing.").sample(&[], f64::NAN),
        Family::histogram("h", "Nothing.").sample(&[], nothing),
    ]);
    assert_eq!(page, "# HELP g Some.\n# TYPE g gauge\ng{is=\"known\"} 1\n");
}

#[test]
fn bounds_are_spelled_as_openmetrics_has_them() {
    let spelled = |bound| {
        let mut page = Writer(String::new());
        page.bound(bound);
        page.0
    };
    let powers = [
        1e-10, 1e-5, 1e-4, 0.1, 0.0, 1.0, 100_000.0, 1e6, 1e10, 2_560.0, 2.5e-7, -1.0, 1e100,
    ];
    let expected = [
        "1e-10", "1e-05", "0.0001", "0.1", "0.0", "1.0", "100000.0", "1e+06", "1e+10", "2560.0",
        "2.5e-07", "-1.0", "1e+100",
    ];
    assert_eq!(powers.map(spelled), expected);
}

/// A parser of the format that shares nothing with the writer: it reads characters, line by line.
mod parser {
    use std::collections::BTreeMap;

    #[derive(Debug, PartialEq)]
    pub(super) struct Line {
        pub(super) name: String,
        pub(super) labels: BTreeMap<String, String>,
        pub(super) value: f64,
    }

    pub(super) fn help(page: &str, name: &str) -> Option<String> {
        let start = format!("# HELP {name} ");
        let line = page
            .split('\n')
            .find_map(|line| line.strip_prefix(&start))?;
        Some(unescape(&mut line.chars(), None))
    }

    pub(super) fn samples(page: &str) -> Vec<Line> {
        let lines = page.split_terminator('\n');
        lines
            .filter(|line| !line.starts_with('#'))
            .map(sample)
            .collect()
    }

    fn sample(line: &str) -> Line {
        let end = line.find(['{', ' ']).unwrap();
        let (name, rest) = line.split_at(end);
        let mut chars = rest.chars();
        let mut labels = BTreeMap::new();
        if chars.next() == Some('{') {
            while !chars.as_str().starts_with('}') {
                let name: String = chars.by_ref().take_while(|&c| c != '=').collect();
                assert_eq!(chars.next(), Some('"'));
                let value = unescape(&mut chars, Some('"'));
                assert_eq!(
                    labels.insert(name.trim_start_matches(',').to_owned(), value),
                    None
                );
            }
            assert!(chars.as_str().starts_with("} "));
        }
        let value = chars.as_str().trim_start_matches("} ");
        let value = value.replace("Inf", "inf").parse().unwrap();
        Line {
            name: name.to_owned(),
            labels,
            value,
        }
    }

    fn unescape(chars: &mut std::str::Chars<'_>, end: Option<char>) -> String {
        let mut text = String::new();
        while let Some(c) = chars.next() {
            match c {
                c if Some(c) == end => return text,
                '\\' => text.push(match chars.next().unwrap() {
                    'n' => '\n',
                    c => c,
                }),
                c => text.push(c),
            }
        }
        assert_eq!(end, None, "a quote without its end");
        text
    }
}

/// Any text, in which the characters that matter to the format are frequent.
fn text() -> impl Strategy<Value = String> {
    let awkward = prop::sample::select(vec![
        '\\', '"', '\n', '\r', '{', '}', '=', ',', '#', ' ', 'n', '\u{2028}', '\0',
    ]);
    let c = prop_oneof![awkward, any::<char>()];
    prop::collection::vec(c, 0..24).prop_map(String::from_iter)
}

proptest! {
    #[test]
    fn any_label_value_and_help_survive_a_parse(
        a in text(),
        b in text(),
        help in text(),
        value in any::<f64>(),
    ) {
        prop_assume!(!value.is_nan() && !help.is_empty());
        let family = Family::gauge("g", help.clone()).sample(&[("a", &a), ("b", &b)], value);
        let page = page([family]);
        let read = parser::samples(&page);
        let mut labels: BTreeMap<_, _> = [("a".to_owned(), a), ("b".to_owned(), b)].into();
        // A label without a value is not written.
        labels.retain(|_, value| !value.is_empty());
        prop_assert_eq!(read, [parser::Line { name: "g".into(), labels, value }]);
        prop_assert_eq!(parser::help(&page, "g"), Some(help));
    }

    #[test]
    fn any_histogram_survives_a_parse(
        label in text(),
        mut bounds in prop::collection::vec(prop::num::f64::NORMAL, 0..20),
        steps in prop::collection::vec(0_u64..1_000, 20),
        sum in prop::num::f64::NORMAL,
    ) {
        bounds.sort_by(f64::total_cmp);
        bounds.dedup();
        let mut n = 0;
        let count_up = |(bound, step)| {
            n += step;
            (bound, n)
        };
        let buckets: Vec<_> = bounds.into_iter().zip(&steps).map(count_up).collect();
        let histogram = Buckets { cumulative: buckets.clone(), sum, count: n + 1 };
        let page = page([Family::histogram("h", "").sample(&[("a", &label)], histogram)]);
        let read = parser::samples(&page);
        let label_of = |line: &parser::Line| line.labels.get("a").cloned().unwrap_or_default();
        prop_assert!(read.iter().all(|line| label_of(line) == label));
        let (finite, rest) = read.split_at(buckets.len());
        let bucket = |line: &parser::Line| (line.labels["le"].parse().unwrap(), line.value);
        let written: Vec<(f64, f64)> = finite.iter().map(bucket).collect();
        let expected = buckets.iter().map(|&(bound, n)| (bound, to_f64(n)));
        prop_assert_eq!(written, expected.collect::<Vec<_>>());
        let rest: Vec<_> = rest.iter().map(|line| (&*line.name, line.value)).collect();
        let count = to_f64(n + 1);
        prop_assert_eq!(rest, [("h_bucket", count), ("h_sum", sum), ("h_count", count)]);
        prop_assert_eq!(&read[buckets.len()].labels["le"], "+Inf");
    }
}
