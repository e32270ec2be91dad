//! What a controller wants, and what a tick decides.

use std::fmt;
use std::sync::Arc;

use super::Mode;
use crate::diagnose::Diagnosis;
use crate::knob::Position;
use crate::verify::{Trial, TrialStatus};

/// What a tick decided, and why.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// Moves to make, in this order; none is a decision too.
    pub moves: Vec<Move>,
    /// The kind of reason.
    pub cause: Cause,
    /// What keeps the concurrency limit, or else the pool, from being larger.
    pub bound_by: Bound,
    /// The reason in words, with its figures.
    pub reason: String,
    /// The bottleneck: our verdict and the playbook's.
    pub diagnosis: Diagnosis,
    /// The trial in flight after this tick.
    pub trial: Option<TrialStatus>,
}

impl Decision {
    pub(super) fn new(opinion: Opinion, diagnosis: Diagnosis, trial: Option<&Trial>) -> Self {
        let Opinion {
            moves,
            cause,
            bound_by,
            reason,
        } = opinion;
        let trial = trial.map(Trial::status);
        Self {
            moves,
            cause,
            bound_by,
            reason,
            diagnosis,
            trial,
        }
    }
}

/// One knob from one value to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Its number in the order of registration.
    pub index: usize,
    /// Its name.
    pub knob: Arc<str>,
    /// The value before.
    pub from: u64,
    /// The value wanted.
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

    /// "up" or "down".
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

/// The kind of reason for a move: few enough to be a label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// Nothing is moved.
    #[default]
    Hold,
    /// Requests wait, and the gaps between tokens have room.
    HeadRoom,
    /// The gaps between tokens are over their target.
    OverTarget,
    /// A raise made the gaps far too long at once.
    Overshot,
    /// A trial takes its other setting.
    Trial,
    /// A trial ended well.
    Kept,
    /// A trial did not help, did harm, or could not be finished.
    RolledBack,
    /// Somebody asked for it.
    Operator,
    /// A tick failed or came far too late.
    Watchdog,
}

impl Cause {
    /// The kinds of reasons for which a knob may be moved: all but [`Cause::Hold`].
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

    /// As it is exported.
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
}

/// What keeps more from being done: the constraint that binds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Bound {
    /// Nobody waits: more would be of no use.
    #[default]
    Demand,
    /// The inter-token target.
    InterToken,
    /// A recent breach of the target: the limit stays below it for a while.
    Ceiling,
    /// The range that the application gave the knob.
    Range,
    /// Processors.
    Cpu,
    /// Memory, or another resource that the knob uses up.
    Resource,
    /// The time between two moves.
    CoolDown,
    /// A lease, a rest or the budget of experiments.
    Ledger,
    /// A trial in flight.
    Trial,
    /// A person.
    Operator,
    /// What is not known.
    Evidence,
    /// No target or no knob was given.
    Configuration,
}

impl Bound {
    /// As it is exported.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Demand => "demand",
            Self::InterToken => "inter_token",
            Self::Ceiling => "ceiling",
            Self::Range => "range",
            Self::Cpu => "cpu",
            Self::Resource => "resource",
            Self::CoolDown => "cool_down",
            Self::Ledger => "ledger",
            Self::Trial => "trial",
            Self::Operator => "operator",
            Self::Evidence => "evidence",
            Self::Configuration => "configuration",
        }
    }
}

/// The first word of a reason to leave a knob at its value.
pub(super) const HOLD: &str = "hold";

/// What a controller wants.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Opinion {
    pub(crate) moves: Vec<Move>,
    pub(crate) cause: Cause,
    pub(crate) bound_by: Bound,
    pub(crate) reason: String,
}

impl Opinion {
    pub(crate) const fn hold(bound_by: Bound, why: String) -> Self {
        Self {
            moves: Vec::new(),
            cause: Cause::Hold,
            bound_by,
            reason: why,
        }
    }

    /// With a reason that says of moves and holds that are only advised that they would be made.
    pub(super) fn in_words_of(mut self, mode: Mode) -> Self {
        if mode.makes(self.cause) {
            return self;
        }
        if !self.moves.is_empty() {
            self.reason = format!("would move {}", self.reason);
        } else if self.reason.starts_with(HOLD) {
            self.reason = format!("would {}", self.reason);
        }
        self
    }

    pub(crate) fn change(moves: Vec<Move>, cause: Cause, bound_by: Bound, why: String) -> Self {
        Self {
            moves,
            cause,
            bound_by,
            reason: why,
        }
    }
}
