//! Further indicators of saturation, beside the readings that decide the verdict.

use std::fmt;

use crate::config::Targets;
use crate::evidence::Evidence;
use crate::number::to_f64;
use wf_instrument::{Nanos, Ratio};

/// Indicators of a bottleneck. `None` is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
#[non_exhaustive]
pub struct Indicators {
    /// True if more threads of this process are runnable than it has cores.
    pub oversubscribed: Option<bool>,
    /// Share of the CPU quota's periods in which the cgroup was throttled.
    pub throttled: Option<Ratio>,
    /// True if other processes keep the host's processors busy.
    pub busy_neighbours: Option<bool>,
    /// True if the host swaps.
    pub swapping: Option<bool>,
    /// Number of models that are being loaded now.
    pub models_loading: u64,
    /// Mean duration of the recent model loads.
    pub model_load: Option<Nanos>,
    /// True if requests meet all targets and none waits: a slow interface is then slow by itself.
    pub targets_met: Option<bool>,
}

impl Indicators {
    pub(super) fn of(evidence: &Evidence, targets: &Targets) -> Self {
        let host = &evidence.host;
        let cores = host.cores.value().copied();
        let runnable = host.runnable.value().copied();
        Self {
            oversubscribed: runnable
                .zip(cores)
                .map(|(threads, cores)| to_f64(threads) > cores),
            throttled: host.throttled.value().copied(),
            busy_neighbours: busy_neighbours(evidence),
            swapping: swapping(evidence),
            models_loading: evidence.model_loads.running,
            model_load: evidence.model_loads.mean_duration,
            targets_met: targets_met(evidence, targets),
        }
    }
}

/// Writes the indicators that hold, separated by semicolons.
impl fmt::Display for Indicators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        let mut item = |f: &mut fmt::Formatter<'_>, text: fmt::Arguments<'_>| {
            f.write_str(std::mem::replace(&mut separator, "; "))?;
            f.write_fmt(text)
        };
        if self.oversubscribed == Some(true) {
            item(f, format_args!("more runnable threads than cores"))?;
        }
        if let Some(share) = self.throttled.filter(|share| share.get() > 0.0) {
            let percent = share.as_percent();
            item(
                f,
                format_args!("CPU quota throttles {percent:.0} % of periods"),
            )?;
        }
        if self.busy_neighbours == Some(true) {
            item(f, format_args!("other processes keep the host's CPUs busy"))?;
        }
        if self.swapping == Some(true) {
            item(f, format_args!("the host swaps"))?;
        }
        if self.models_loading > 0 {
            item(f, format_args!("models loading: {}", self.models_loading))?;
        }
        if let Some(duration) = self.model_load {
            let seconds = duration.as_secs();
            item(f, format_args!("mean model load time {seconds:.1} s"))?;
        }
        if self.targets_met == Some(true) {
            item(f, format_args!("requests meet their targets"))?;
        }
        Ok(())
    }
}

/// Returns whether the host is at least half as busy again as this process, or its cgroup, makes
/// it. Each reading is a share of another number of processors.
fn busy_neighbours(evidence: &Evidence) -> Option<bool> {
    let host = &evidence.host;
    let all = to_f64(*host.host_cores.value()?);
    let busy = host.host_cpu.value()?.get() * all;
    let own = host.process_cpu.value()?.get() * host.cores.value()?;
    let group = host.group_cpu.value().zip(host.quota.value());
    let group = group.map_or(0.0, |(share, quota)| share.get() * quota);
    Some(busy > 0.5 * all && own.max(group) < busy / 1.5)
}

/// A host without swap space does not swap.
fn swapping(evidence: &Evidence) -> Option<bool> {
    let swapping = &evidence.host.swapping;
    match swapping.is_absent() {
        true => Some(false),
        false => swapping.value().map(|rate| rate.get() > 0.0),
    }
}

/// By the targets that are set; `None` without any, and unless each of them is measured or one is
/// missed.
fn targets_met(evidence: &Evidence, targets: &Targets) -> Option<bool> {
    let requests = &evidence.requests;
    let met = |target: Option<Nanos>, measured: Option<Nanos>| {
        target.map(|target| measured.map(|measured| measured <= target))
    };
    let first = met(
        targets.time_to_first_token,
        requests.time_to_first_token.p90,
    );
    let next = met(targets.inter_token_latency, requests.inter_token_latency);
    let both = |a: Option<bool>, b: Option<bool>| match a == Some(false) || b == Some(false) {
        true => Some(false),
        false => a.and(b),
    };
    let met = first.into_iter().chain(next).reduce(both)??;
    Some(met && !requests.is_limited())
}
