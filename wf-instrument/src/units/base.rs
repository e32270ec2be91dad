//! Units that numbers are exported in.

/// A base unit of Prometheus, in which a number is exported.
///
/// ```
/// use wf_instrument::BaseUnit;
///
/// assert_eq!(BaseUnit::BytesPerSecond.suffix(), "bytes_per_second");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum BaseUnit {
    /// A number of things, a state, or 1 for yes and 0 for no.
    None,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Bytes a second.
    BytesPerSecond,
    /// A share of 1; a score may be above 1.
    Ratio,
    /// CPU cores' worth of time.
    Cores,
    /// Degrees Celsius.
    Celsius,
    /// Watts.
    Watts,
    /// Joules.
    Joules,
    /// Hertz.
    Hertz,
}

impl BaseUnit {
    /// Returns the suffix of names, without the underscore; empty for [`None`](Self::None).
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Seconds => "seconds",
            Self::Bytes => "bytes",
            Self::BytesPerSecond => "bytes_per_second",
            Self::Ratio => "ratio",
            Self::Cores => "cores",
            Self::Celsius => "celsius",
            Self::Watts => "watts",
            Self::Joules => "joules",
            Self::Hertz => "hertz",
        }
    }
}
