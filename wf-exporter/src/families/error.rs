//! Why a family was refused.

use super::family::{Kind, Labels};

/// Why a family was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FamilyError {
    /// The name cannot be written.
    #[error("metric name {name:?} is not of the form [a-zA-Z_][a-zA-Z0-9_]*; rename it")]
    Name {
        /// The name as it would be written.
        name: String,
    },
    /// A label's name cannot be written, is reserved, or is there twice.
    #[error(
        "label {label:?} of {family} is not of the form [a-zA-Z_][a-zA-Z0-9_]*, is reserved (`__…`, `job`, `instance`, a \
         histogram's `le`), or is there twice; rename it"
    )]
    Label {
        /// The family.
        family: String,
        /// The label's name.
        label: String,
    },
    /// A number in a histogram family, or a histogram in another.
    #[error("{family} is a {kind}, which its value is not; give the family its values' kind")]
    Value {
        /// The family.
        family: String,
        /// Its kind.
        kind: Kind,
    },
    /// Bounds that do not ascend, or counts that fall.
    #[error(
        "a histogram of {family} has bounds that do not ascend or counts that fall; make them cumulative"
    )]
    Buckets {
        /// The family.
        family: String,
    },
    /// Two series of one family have the same labels.
    #[error("{family} already has a series {{{labels}}}; tell them apart by a label")]
    Repeated {
        /// The family.
        family: String,
        /// The labels of both.
        labels: String,
    },
    /// The name belongs to a family of another kind.
    #[error("{name} is already a {present} and cannot be a {added} too; rename one")]
    Kind {
        /// The name of both.
        name: String,
        /// The kind that the name has.
        present: Kind,
        /// The kind that was refused.
        added: Kind,
    },
    /// A histogram is written as `_bucket`, `_count` and `_sum`, and one of these is another family.
    #[error("{name} would be written under the same name as {by}; rename one")]
    Taken {
        /// The family that was refused.
        name: String,
        /// The family that is there.
        by: String,
    },
}

impl FamilyError {
    pub(super) fn repeated(family: &str, labels: &Labels) -> Self {
        let labels: Vec<_> = labels.iter().map(|(l, v)| format!("{l}={v:?}")).collect();
        Self::Repeated {
            family: family.to_owned(),
            labels: labels.join(","),
        }
    }
}
