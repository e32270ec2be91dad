//! Numbers as text, for summary and screen.

use std::fmt;

/// Seconds, shown in milliseconds, or in microseconds below 0.1 ms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Millis(pub(crate) Option<f64>);

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.map(|seconds| seconds * 1e3) {
            None => f.write_str("–"),
            Some(millis) if millis < 0.001 => f.write_str("<1 µs"),
            Some(millis) if millis < 0.1 => write!(f, "{:.0} µs", millis * 1e3),
            Some(millis) if millis < 10.0 => write!(f, "{millis:.2} ms"),
            Some(millis) => write!(f, "{millis:.0} ms"),
        }
    }
}

/// The verb for requests: the built-in load sends them; otherwise they are received.
pub(crate) const fn arrival_verb(built_in_load: bool) -> &'static str {
    if built_in_load { "sent" } else { "received" }
}

/// A number and its noun: 1 move, 2 moves.
pub(crate) fn count(number: u64, one: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {one}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_time_is_not_zero() {
        assert_eq!(Millis(None).to_string(), "–");
        assert_eq!(Millis(Some(0.000_000_3)).to_string(), "<1 µs");
        assert_eq!(Millis(Some(0.000_003)).to_string(), "3 µs");
        assert_eq!(Millis(Some(0.000_5)).to_string(), "0.50 ms");
        assert_eq!(Millis(Some(0.0205)).to_string(), "20 ms");
    }
}
