//! Whether a move helped: pre-registered, watched, kept or taken back.
//!
//! Everything is fixed before the first sample: the knob, the two settings, the goal, the guards and the rule that ends it. A guard that is
//! breached in any tick ends it at once. What ends undecided is taken back.
//!
//! | method | for | rule |
//! |---|---|---|
//! | [`Method::BeforeAfter`] | a step towards what the hardware says | 4 ticks before, 4 after, kept unless it does harm; see [`harmless`](statistic::harmless) |
//! | [`Method::Switchback`] | everything else | blocks A B B A A B B A …, 3 to 8 pairs, a look after each; see [`look`](statistic::look) |

mod guard;
mod sample;
pub(crate) mod statistic;
mod trial;

pub(crate) use self::sample::Sample;
pub use self::trial::TrialStatus;
pub(crate) use self::trial::{Next, Trial};

/// How a trial is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Once from the old setting to the new one; kept unless it does harm.
    BeforeAfter,
    /// Back and forth, so that what changes by itself is not taken for an effect; kept where throughput rose beyond chance, and by an estimated tenth.
    Switchback,
}

/// Which of the two settings is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arm {
    /// The one from before.
    Old,
    /// The one on trial.
    New,
}
