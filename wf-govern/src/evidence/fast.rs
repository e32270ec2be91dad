//! Evidence from the fast readings between two ticks.

use std::fmt;

use wf_instrument::{Nanos, Ratio};
use wf_sense::FastReadings;

/// Fast readings (5 Hz and on alarms) since the last tick.
///
/// They catch what the readings of a tick miss: a short peak of memory, and stalls that raise an
/// alarm of the kernel (PSI). Nothing is moved by them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
#[non_exhaustive]
pub struct FastEvidence {
    /// Number of fast readings.
    pub readings: u64,
    /// Number of them that an alarm of the kernel caused.
    pub alarms: u64,
    /// Largest share of memory in use.
    pub memory_peak: Option<Ratio>,
}

impl FastEvidence {
    /// Counts one reading. A share of memory older than `oldest` says nothing about now.
    pub(crate) fn record(&mut self, fast: &FastReadings, oldest: Nanos) {
        self.readings += 1;
        self.alarms += u64::from(fast.alarmed);
        if let Some(&used) = fast.memory_utilization.fresh(fast.at, oldest) {
            let peak = self.memory_peak.unwrap_or(used);
            self.memory_peak = Some(if peak.get() < used.get() { used } else { peak });
        }
    }
}

impl fmt::Display for FastEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} fast readings, {} alarms", self.readings, self.alarms)?;
        match self.memory_peak {
            Some(peak) => write!(f, ", memory at most {:.0} %", peak.as_percent()),
            None => Ok(()),
        }
    }
}
