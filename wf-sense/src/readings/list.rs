//! Every reading by name, so that none can be forgotten where all are told.

use crate::Reading;

/// A reading whose value is of no interest.
pub(crate) trait Sensed {
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
pub(crate) trait Group {
    /// Each of them with its name.
    fn each(&self, told: &mut dyn FnMut(&'static str, &dyn Sensed));
}

/// Names the readings of a group. One that is left out does not compile; what is no reading is named at the end.
macro_rules! group {
    ($group:ident { $($field:ident: $name:literal),+ $(,)? } $(without $($other:ident),+)?) => {
        impl $crate::readings::Group for $group {
            fn each(
                &self,
                told: &mut dyn FnMut(&'static str, &dyn $crate::readings::Sensed),
            ) {
                let Self { $($field,)+ $($($other: _),+)? } = self;
                $(told($name, $field);)+
            }
        }
    };
}

pub(crate) use group;
