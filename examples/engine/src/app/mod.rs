//! The program, from its flags to its summary.

mod error;
mod flags;
mod run;
mod stop;
mod summary;
mod summary_text;

pub use self::error::AppError;
pub use self::flags::{Flags, Variant};
pub use self::run::run;
pub use self::summary::Summary;
