//! The objective in `slo = "p99 < 500ms"`.

use std::time::Duration;

use syn::parse::{Parse, ParseStream};
use syn::{Error, LitStr};

/// A share of the requests that must have their first token within a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Slo {
    /// 0.99 for p99.
    pub(crate) quantile: f64,
    pub(crate) limit_nanos: u64,
}

impl Slo {
    /// Parses `text`.
    ///
    /// # Errors
    ///
    /// Says which part of `text` is wrong.
    fn from_text(text: &str) -> Result<Self, String> {
        let (percentile, limit) = text
            .split_once('<')
            .ok_or_else(|| format!("no `<` between percentile and time in `{text}`"))?;
        Ok(Self {
            quantile: quantile(percentile.trim())?,
            limit_nanos: limit_nanos(limit.trim())?,
        })
    }
}

impl Parse for Slo {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        const FORM: &str = "write the objective as `slo = \"p99 < 500ms\"`";
        let text: LitStr = input
            .parse()
            .map_err(|error| Error::new(error.span(), format!("`slo` must be a string; {FORM}")))?;
        Self::from_text(&text.value())
            .map_err(|wrong| Error::new(text.span(), format!("{wrong}; {FORM}")))
    }
}

/// Parses a percentile: "p99.9" is 0.999.
///
/// The exponent is appended to the digits: the result is the nearest `f64`, not a rounded quotient.
fn quantile(text: &str) -> Result<f64, String> {
    text.strip_prefix('p')
        .filter(|digits| is_decimal(digits))
        .and_then(|digits| format!("{digits}e-2").parse().ok())
        .filter(|&quantile| 0.0 < quantile && quantile < 1.0)
        .ok_or_else(|| {
            format!("`{text}` is not a percentile above p0 and below p100, such as p50 or p99.9")
        })
}

fn limit_nanos(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let exponent = match text[digits.len()..].trim_start() {
        "us" | "µs" => -6,
        "ms" => -3,
        "s" => 0,
        "" => return Err(format!("`{text}` has no unit: use us, ms or s")),
        unit => {
            return Err(format!("unknown unit `{unit}`: use us, ms or s"));
        }
    };
    Some(digits)
        .filter(|digits| is_decimal(digits))
        .and_then(|digits| format!("{digits}e{exponent}").parse().ok())
        .and_then(|secs| Duration::try_from_secs_f64(secs).ok())
        .and_then(|limit| u64::try_from(limit.as_nanos()).ok())
        .filter(|&nanos| nanos > 0)
        .ok_or_else(|| format!("`{text}` is not a time above zero and below 584 years"))
}

/// Returns whether `text` is digits with at most one point between them.
fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && digits(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_and_a_limit_are_parsed() {
        check("p99 < 500ms", 0.99, 500_000_000);
        check("p99.9<1.5s", 0.999, 1_500_000_000);
        check("p50 < 250 us", 0.5, 250_000);
        check(" p5 < 3µs ", 0.05, 3_000);
    }

    fn check(text: &str, quantile: f64, limit_nanos: u64) {
        assert_eq!(
            Slo::from_text(text),
            Ok(Slo {
                quantile,
                limit_nanos
            })
        );
    }

    #[test]
    fn malformed_objectives_are_refused() {
        for text in [
            "",
            "<",
            "p99",
            "p99 > 1s",
            "99 < 1s",
            "p0 < 1s",
            "p100 < 1s",
            "p1e1 < 1s",
            "p-1 < 1s",
            "p.5 < 1s",
            "p99 < ",
            "p99 < ms",
            "p99 < 500",
            "p99 < 5min",
            "p99 < 0ms",
            "p99 < -1s",
            "p99 <= 1s",
            "p99 < 1e400s",
            "p99 < 1.2.3s",
            "p99 < 99999999999999s",
            "pNaN < 1s",
            "p99 < infs",
            "p99 < 1s < 2s",
        ] {
            assert!(Slo::from_text(text).is_err(), "{text:?} was accepted");
        }
    }
}
