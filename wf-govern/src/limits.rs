//! Safe bounds: how far and how often a knob may move, and what forbids a move whatever the reason.

use std::fmt;

use super::diagnose::{Class, Diagnosis};
use super::evidence::Evidence;
use crate::knob::Position;
use wf_instrument::{Nanos, Ratio};

/// Step limits and waiting times. Each default names its source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The concurrency limit grows by at most this share a step: 0.5 (control law K1; a slower start doubles the time in a queue).
    pub largest_raise: f64,
    /// The concurrency limit shrinks by at most this share a step: 0.2 (K1).
    pub largest_cut: f64,
    /// Aim at this share of the inter-token target: 0.85. The target is a mean over all tokens, and single requests lie above and
    /// below: on the simulated engine, overloaded, a mean at 0.95 (K1's own aim) breaks the promise to a quarter of them, and the
    /// governor aiming at 0.85 to 6 %.
    pub aim: f64,
    /// Head-room below which nothing is raised: 0.04 of the target (K1).
    pub dead_band: f64,
    /// From one raise of the concurrency limit to its next move: 1 s (K1).
    pub after_raise: Nanos,
    /// From one cut of the concurrency limit to its next move: 2 s (K1).
    pub after_cut: Nanos,
    /// A gap longer than this many targets is a stall: 1. Above it, one gap in a hundred is enough to withdraw threads that have no
    /// processor of their own.
    pub stall: f64,
    /// A knob that was kept after a trial rests this long: 60 s.
    pub after_accept: Nanos,
    /// A knob that was rolled back rests this long, doubled with each rollback in a row, at most an hour: 5 min.
    pub after_rollback: Nanos,
    /// The same after a step towards what the hardware says: 30 s.
    pub after_correction_failed: Nanos,
    /// A step towards the tier's pool or down to the number of cores rests only this long: 2 s.
    pub after_correction: Nanos,
    /// Experiments begun in ten minutes: 3.
    pub experiments: usize,
    /// A reading older than this is unknown: 3 s.
    pub stale_after: Nanos,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            largest_raise: 0.5,
            largest_cut: 0.2,
            aim: 0.85,
            dead_band: 0.04,
            after_raise: Nanos::from_secs(1),
            after_cut: Nanos::from_secs(2),
            stall: 1.0,
            after_accept: Nanos::from_secs(60),
            after_rollback: Nanos::from_secs(300),
            after_correction_failed: Nanos::from_secs(30),
            after_correction: Nanos::from_secs(2),
            experiments: 3,
            stale_after: Nanos::from_secs(3),
        }
    }
}

/// What forbids a move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Forbidden {
    NotUsable,
    Cpu(Ratio),
    CpuUnknown,
    Memory(Option<Ratio>),
    Interface,
}

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUsable => f.write_str("the knob cannot be read or is quarantined"),
            Self::Cpu(used) => write!(f, "the processors are at {:.0} %", used.as_percent()),
            Self::CpuUnknown => f.write_str("the processors' use is unknown"),
            Self::Memory(Some(used)) => write!(f, "memory is at {:.0} %", used.as_percent()),
            Self::Memory(None) => f.write_str("memory was short when it was last read"),
            Self::Interface => f.write_str("the user interface is short of frames"),
        }
    }
}

/// Whether `knob` may go to `to`: usable, and no more of what is short.
///
/// Processor time is short from 95 % (the rule of .NET's hill climbing) and while the interface drops frames; memory from 80 %. Memory that cannot be read forbids nothing here: the application sized its knob's range.
pub(crate) fn permit(
    knob: &Position,
    to: u64,
    evidence: &Evidence,
    diagnosis: &Diagnosis,
) -> Result<(), Forbidden> {
    if !knob.usable {
        return Err(Forbidden::NotUsable);
    }
    if to <= knob.value {
        return Ok(());
    }
    if knob.cost.cpu {
        permit_cpu(evidence, diagnosis)?;
    }
    if knob.cost.memory {
        permit_memory(evidence, diagnosis)?;
    }
    Ok(())
}

fn permit_cpu(evidence: &Evidence, diagnosis: &Diagnosis) -> Result<(), Forbidden> {
    if diagnosis.class == Class::UiBound {
        return Err(Forbidden::Interface);
    }
    match evidence.cpu() {
        None => Err(Forbidden::CpuUnknown),
        Some(used) if used.get() > CPU_SHORT => Err(Forbidden::Cpu(used)),
        Some(_) => Ok(()),
    }
}

fn permit_memory(evidence: &Evidence, diagnosis: &Diagnosis) -> Result<(), Forbidden> {
    let used = evidence.memory();
    match used {
        _ if diagnosis.class == Class::MemoryBound => Err(Forbidden::Memory(used)),
        Some(share) if share.get() > MEMORY_SHORT => Err(Forbidden::Memory(used)),
        _ => Ok(()),
    }
}

/// The nearest whole number; NaN and negative numbers are 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturation is the intent"
)]
pub(crate) const fn whole(n: f64) -> u64 {
    n.round() as u64
}

const CPU_SHORT: f64 = 0.95;
const MEMORY_SHORT: f64 = 0.80;
