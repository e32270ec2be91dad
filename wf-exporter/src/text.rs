//! Families as Prometheus text 0.0.4. Pure: values in, a string out.
//!
//! The format: <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>.

use std::fmt::Write;

use crate::families::Families;
use crate::family::{Family, Labels, Value};

/// The media type of the format.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Writes every family; `size` is the expected number of bytes. Series whose value is not a number
/// are left out, and so are families without series.
pub(crate) fn encode(families: &Families, size: usize) -> String {
    let mut page = Writer(String::with_capacity(size));
    for family in families.iter() {
        page.family(family);
    }
    page.0
}

struct Writer(String);

impl Writer {
    fn family(&mut self, family: &Family) {
        let series = family.series().filter(|(_, value)| is_number(value));
        let mut series = series.peekable();
        if series.peek().is_some() {
            self.header(family);
        }
        for (labels, value) in series {
            let name = family.name();
            match value {
                Value::Number(number) => self.number(name, labels, *number),
                Value::Histogram(histogram) => {
                    let (samples, bounds) = (histogram.samples(), histogram.bounds());
                    let (sum, count) = (bounds.sum(samples), samples.count());
                    self.histogram(name, labels, bounds.cumulative(samples), sum, count);
                }
                Value::Buckets(buckets) => {
                    let cumulative = buckets.cumulative.iter().copied();
                    self.histogram(name, labels, cumulative, buckets.sum, buckets.count);
                }
            }
        }
    }

    fn header(&mut self, family: &Family) {
        let name = family.name();
        if !family.help().is_empty() {
            self.push(&["# HELP ", name, " "]);
            self.escaped(family.help(), false);
            self.push(&["\n"]);
        }
        self.push(&["# TYPE ", name, " "]);
        self.print(format_args!("{}\n", family.kind()));
    }

    fn number(&mut self, name: &str, labels: &Labels, number: f64) {
        self.push(&[name]);
        self.labels(labels);
        self.push(&[" "]);
        self.float(number);
        self.push(&["\n"]);
    }

    fn histogram(
        &mut self,
        name: &str,
        labels: &Labels,
        cumulative: impl Iterator<Item = (f64, u64)>,
        sum: f64,
        count: u64,
    ) {
        let start = bucket_start(name, labels);
        for (bound, n) in cumulative {
            self.push(&[&start]);
            self.bound(bound);
            self.print(format_args!("\"}} {n}\n"));
        }
        self.print(format_args!("{start}+Inf\"}} {count}\n"));
        self.number(&[name, "_sum"].concat(), labels, sum);
        self.push(&[name, "_count"]);
        self.labels(labels);
        self.print(format_args!(" {count}\n"));
    }

    fn labels(&mut self, labels: &Labels) {
        if !labels.is_empty() {
            self.push(&["{"]);
            self.pairs(labels);
            self.push(&["}"]);
        }
    }

    fn pairs(&mut self, labels: &Labels) {
        for (i, (name, value)) in labels.iter().enumerate() {
            self.push(&[if i > 0 { "," } else { "" }, name, "=\""]);
            self.escaped(value, true);
            self.push(&["\""]);
        }
    }

    /// Backslash and line feed are escaped everywhere, the quote within quotes.
    fn escaped(&mut self, text: &str, quoted: bool) {
        for c in text.chars() {
            match c {
                '\\' => self.0.push_str("\\\\"),
                '\n' => self.0.push_str("\\n"),
                '"' if quoted => self.0.push_str("\\\""),
                _ => self.0.push(c),
            }
        }
    }

    /// A bound as OpenMetrics spells it (`0.005`, `1.0`, `1e+06`): rules match `le` as text, so the
    /// spelling must be the same everywhere.
    fn bound(&mut self, bound: f64) {
        if bound == 0.0 || (1e-4..1e6).contains(&bound.abs()) {
            return self.print(format_args!("{bound:?}"));
        }
        let scientific = format!("{bound:e}");
        match scientific
            .split_once('e')
            .map(|(m, e)| (m, e.parse::<i32>()))
        {
            Some((mantissa, Ok(exponent))) => self.print(format_args!("{mantissa}e{exponent:+03}")),
            _ => self.push(&[&scientific]),
        }
    }

    /// A value that reads back as the same float, without a row of zeros.
    fn float(&mut self, number: f64) {
        match number.abs() {
            f64::INFINITY => self.push(&[if number > 0.0 { "+Inf" } else { "-Inf" }]),
            0.0 | 1e-4..1e16 => self.print(format_args!("{number}")),
            _ => self.print(format_args!("{number:e}")),
        }
    }

    fn push(&mut self, parts: &[&str]) {
        for part in parts {
            self.0.push_str(part);
        }
    }

    fn print(&mut self, arguments: std::fmt::Arguments<'_>) {
        let _never_fails = self.0.write_fmt(arguments);
    }
}

/// The common start of all bucket lines of a series, up to the bound.
fn bucket_start(name: &str, labels: &Labels) -> String {
    let mut start = Writer(String::new());
    start.push(&[name, "_bucket{"]);
    start.pairs(labels);
    start.push(&[if labels.is_empty() { "le=\"" } else { ",le=\"" }]);
    start.0
}

fn is_number(value: &Value) -> bool {
    match value {
        Value::Number(number) => !number.is_nan(),
        Value::Histogram(_) => true,
        Value::Buckets(buckets) => !buckets.sum.is_nan(),
    }
}

#[cfg(test)]
mod tests;
