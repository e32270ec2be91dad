//! Every reading by name, so that none can be forgotten where all are told.

use crate::sensor::Reading;

/// A reading whose value is of no interest.
pub(in crate::sensor) trait Sensed {
    /// When it was read, or why it was not.
    fn state(&self) -> Reading<()>;
}

impl<T> Sensed for Reading<T> {
    fn state(&self) -> Reading<()> {
        match self {
            Self::Present { at, .. } => Reading::Present { value: (), at: *at },
            Self::Absent(reason) => Reading::Absent(reason.clone()),
            Self::Unknown(reason) => Reading::Unknown(reason.clone()),
        }
    }
}

/// Readings that belong together.
pub(in crate::sensor) trait Group {
    /// Each of them with its name.
    fn each(&self, told: &mut dyn FnMut(&'static str, &dyn Sensed));
}

/// Names the readings of a group. One that is left out does not compile.
macro_rules! group {
    ($group:ident { $($field:ident: $name:literal),+ $(,)? }) => {
        impl $crate::sensor::readings::list::Group for $group {
            fn each(
                &self,
                told: &mut dyn FnMut(&'static str, &dyn $crate::sensor::readings::list::Sensed),
            ) {
                let Self { $($field),+ } = self;
                $(told($name, $field);)+
            }
        }
    };
}

pub(super) use group;
