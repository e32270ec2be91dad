//! Decision of one tick: moves, their cause, and the constraint that binds.

use std::fmt;
use std::sync::Arc;

use crate::diagnose::Diagnosis;
use crate::inputs::Mode;
use crate::knob::Position;
use crate::trial::TrialStatus;

/// Decision of one tick, and its reason. Its `Display` is the reason.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
#[non_exhaustive]
pub struct Decision {
    /// Moves to make, in this order; may be empty.
    pub moves: Vec<Move>,
    /// Cause of the moves.
    pub cause: Cause,
    /// Constraint that keeps the concurrency limit, or else the pool, from being larger.
    pub constraint: Constraint,
    /// Reason in words, with its figures.
    pub reason: String,
    /// The bottleneck.
    pub diagnosis: Diagnosis,
    /// The trial in flight after this tick.
    pub trial: Option<TrialStatus>,
}

impl Decision {
    pub(crate) fn hold(constraint: Constraint, reason: impl Into<String>) -> Self {
        Self::change(Vec::new(), Cause::Hold, constraint, reason)
    }

    pub(crate) fn change(
        moves: Vec<Move>,
        cause: Cause,
        constraint: Constraint,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            moves,
            cause,
            constraint,
            reason: reason.into(),
            ..Self::default()
        }
    }

    /// Says in the reason of moves and holds that are only advised that they would be made.
    pub(crate) fn worded_for(mut self, mode: Mode) -> Self {
        if self.cause.is_made_in(mode) {
            return self;
        }
        if !self.moves.is_empty() {
            self.reason = format!("would move {}", self.reason);
        } else if self.reason.starts_with(HOLD) {
            self.reason = format!("would {}", self.reason);
        }
        self
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// First word of a reason to leave a knob at its value.
pub(crate) const HOLD: &str = "hold";

/// One knob from one value to another. Its `Display` is `name from → to`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Move {
    /// Number of the knob in the order of registration.
    pub index: usize,
    /// Name of the knob.
    pub knob: Arc<str>,
    /// Value before.
    pub from: u64,
    /// Value wanted.
    pub to: u64,
}

impl Move {
    pub(crate) const DIRECTIONS: [&'static str; 2] = ["up", "down"];

    pub(crate) fn new(index: usize, knob: &Position, to: u64) -> Self {
        Self {
            index,
            knob: knob.name.clone(),
            from: knob.value,
            to,
        }
    }

    /// Returns "up" or "down".
    #[must_use]
    pub const fn direction(&self) -> &'static str {
        let [up, down] = Self::DIRECTIONS;
        if self.to > self.from { up } else { down }
    }
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} → {}", self.knob, self.from, self.to)
    }
}

/// Cause of a move: few enough values for a label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Cause {
    /// No move.
    #[default]
    Hold,
    /// Requests wait, and the inter-token latency has head-room.
    HeadRoom,
    /// The inter-token latency is over its target.
    OverTarget,
    /// A raise put the inter-token latency far over its target at once.
    Overshot,
    /// A trial switches to its other setting.
    Trial,
    /// A trial ended, and its new setting is kept.
    Kept,
    /// A trial ended, and its old setting is restored: no gain, harm, or it could not be finished.
    RolledBack,
    /// An operator or another program set the knob by hand.
    Operator,
    /// A tick panicked or came far too late.
    Watchdog,
}

impl Cause {
    /// All causes for which a knob may be moved: all but [`Cause::Hold`].
    pub const MOVES: [Self; 8] = [
        Self::HeadRoom,
        Self::OverTarget,
        Self::Overshot,
        Self::Trial,
        Self::Kept,
        Self::RolledBack,
        Self::Operator,
        Self::Watchdog,
    ];

    /// Returns the exported name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::HeadRoom => "head_room",
            Self::OverTarget => "over_target",
            Self::Overshot => "overshot",
            Self::Trial => "trial",
            Self::Kept => "kept",
            Self::RolledBack => "rolled_back",
            Self::Operator => "operator",
            Self::Watchdog => "watchdog",
        }
    }

    /// Returns whether moves of this cause are made in `mode`. A rollback always is.
    pub(crate) fn is_made_in(self, mode: Mode) -> bool {
        mode == Mode::Active || self == Self::RolledBack
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Constraint that keeps more from being done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Constraint {
    /// Demand: no request waits, so more would be of no use.
    #[default]
    Demand,
    /// The inter-token target.
    InterTokenLatency,
    /// A recent breach of the target: the limit stays below that value for a while.
    Ceiling,
    /// The range that the application gave the knob.
    Range,
    /// CPU.
    Cpu,
    /// Memory, another resource that the knob uses up, or the knob itself, which cannot be used.
    Resource,
    /// The cool-down after a move.
    CoolDown,
    /// A lease, a rest, or the budget of experiments.
    Lease,
    /// A trial in flight.
    Trial,
    /// The mode that an operator has chosen.
    Operator,
    /// Missing evidence.
    Evidence,
    /// No target or no knob is configured.
    Configuration,
}

impl Constraint {
    /// Returns the name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Demand => "demand",
            Self::InterTokenLatency => "inter_token_latency",
            Self::Ceiling => "ceiling",
            Self::Range => "range",
            Self::Cpu => "cpu",
            Self::Resource => "resource",
            Self::CoolDown => "cool_down",
            Self::Lease => "lease",
            Self::Trial => "trial",
            Self::Operator => "operator",
            Self::Evidence => "evidence",
            Self::Configuration => "configuration",
        }
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
