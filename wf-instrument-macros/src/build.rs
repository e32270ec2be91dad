//! The two forms of each macro.

/// What the crate that exports a macro is built to do.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Build {
    Measuring,
    /// Arguments are checked, and nothing is measured.
    Disabled,
}
