//! Resources that forbid a raise, whatever the reason for it.

use std::fmt;

use crate::diagnose::{Bottleneck, Diagnosis};
use crate::evidence::Evidence;
use crate::knob::Position;
use wf_instrument::Ratio;

/// Reason that forbids a move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shortage {
    Cpu(Ratio),
    CpuUnknown,
    Memory(Option<Ratio>),
    Interface,
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu(used) => write!(f, "CPU is at {:.0} %", used.as_percent()),
            Self::CpuUnknown => f.write_str("CPU utilisation is unknown"),
            Self::Memory(Some(used)) => write!(f, "memory is at {:.0} %", used.as_percent()),
            Self::Memory(None) => f.write_str("memory was full when it was last read"),
            Self::Interface => f.write_str("the user interface misses frames"),
        }
    }
}

/// Checks whether `knob` may move to `to`: a raise must not use up more of a resource that is
/// short.
///
/// CPU is short above 95 % (as in .NET's hill climbing) and while the interface misses frames,
/// memory above 80 %. Unknown memory forbids nothing: the application chose the knob's range.
pub(crate) fn check(
    knob: &Position,
    to: u64,
    evidence: &Evidence,
    diagnosis: &Diagnosis,
) -> Result<(), Shortage> {
    if to <= knob.value {
        return Ok(());
    }
    if knob.cost.cpu {
        check_cpu(evidence, diagnosis)?;
    }
    if knob.cost.memory {
        check_memory(evidence, diagnosis)?;
    }
    Ok(())
}

fn check_cpu(evidence: &Evidence, diagnosis: &Diagnosis) -> Result<(), Shortage> {
    if diagnosis.bottleneck == Bottleneck::Ui {
        return Err(Shortage::Interface);
    }
    match evidence.cpu() {
        None => Err(Shortage::CpuUnknown),
        Some(used) if used.get() > CPU_SHORT => Err(Shortage::Cpu(used)),
        Some(_) => Ok(()),
    }
}

fn check_memory(evidence: &Evidence, diagnosis: &Diagnosis) -> Result<(), Shortage> {
    let used = evidence.memory();
    match used {
        _ if diagnosis.bottleneck == Bottleneck::Memory => Err(Shortage::Memory(used)),
        Some(share) if share.get() > MEMORY_SHORT => Err(Shortage::Memory(used)),
        _ => Ok(()),
    }
}

const CPU_SHORT: f64 = 0.95;
const MEMORY_SHORT: f64 = 0.80;
