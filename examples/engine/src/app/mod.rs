//! The program: from its flags to its summary.

mod error;
mod flags;
mod run;
mod stop;
mod summary;
mod view;
mod words;

pub use self::error::AppError;
pub use self::flags::{Flags, Variant};
pub use self::run::run;
pub use self::summary::Summary;
pub use self::view::{Scene, View};
pub(crate) use self::words::{Millis, came, count};
