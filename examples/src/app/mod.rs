//! The program: from its flags to its summary.

mod error;
mod flags;
mod run;
mod stop;
mod summary;
mod view;

pub use self::error::AppError;
pub use self::flags::{Flags, Variant};
pub use self::run::run;
pub(crate) use self::summary::Millis;
pub use self::summary::Summary;
pub use self::view::{Scene, View};
