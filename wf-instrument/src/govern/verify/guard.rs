//! What must not happen during a trial, whatever its statistic says: checked each tick, without statistics.

use crate::govern::config::Targets;
use crate::govern::evidence::Evidence;
use crate::units::{Nanos, to_f64};

/// What was normal before the trial.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Baseline {
    gap: Option<Nanos>,
    gave_up: u64,
    failed: u64,
}

impl Baseline {
    pub(super) const fn of(evidence: &Evidence) -> Self {
        Self {
            gap: evidence.inter_token,
            gave_up: evidence.gave_up,
            failed: evidence.failed,
        }
    }

    /// What is breached, in words.
    pub(super) fn breach(&self, now: &Evidence, targets: &Targets) -> Option<String> {
        self.gaps(now, targets)
            .or_else(|| self.give_ups(now))
            .or_else(|| self.failures(now))
            .or_else(|| memory(now))
    }

    fn gaps(&self, now: &Evidence, targets: &Targets) -> Option<String> {
        let gap = now.inter_token?.as_secs();
        let target = targets.inter_token?.as_secs() * OVER_TARGET;
        let before = self.gap?.as_secs() * OVER_BEFORE;
        let told = || {
            format!(
                "inter-token {:.1} ms is far over target and over before",
                gap * 1e3
            )
        };
        (gap > target && gap > before).then(told)
    }

    fn give_ups(&self, now: &Evidence) -> Option<String> {
        let arrived = now.arrived?.get() * now.window.as_secs();
        let allowed = FEW + (2.0 * to_f64(self.gave_up)).max(GAVE_UP * arrived);
        let told = || {
            format!(
                "{} gave up before their first token in one tick",
                now.gave_up
            )
        };
        (to_f64(now.gave_up) > allowed).then(told)
    }

    fn failures(&self, now: &Evidence) -> Option<String> {
        let allowed = FEW + 2.0 * to_f64(self.failed);
        (to_f64(now.failed) > allowed).then(|| format!("{} failed in one tick", now.failed))
    }
}

fn memory(now: &Evidence) -> Option<String> {
    let used = now.host.memory.value()?;
    (used.get() > MEMORY).then(|| format!("memory is at {:.0} %", used.as_percent()))
}

const OVER_TARGET: f64 = 1.25;
const OVER_BEFORE: f64 = 1.5;
/// Of the requests that arrived in the tick.
const GAVE_UP: f64 = 0.05;
/// Single requests are no evidence of anything.
const FEW: f64 = 3.0;
const MEMORY: f64 = 0.92;
