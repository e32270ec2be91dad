//! What speaks for a verdict, or against it, beside the numbers that make it.

use crate::config::Targets;
use crate::evidence::Evidence;
use crate::number::to_f64;
use wf_instrument::{Nanos, Ratio};

/// Signs of a bottleneck. `None` is what cannot be told.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Signs {
    /// Of processors that are scarce and not only busy: more threads of this process want to run than there are processors for it.
    pub crowded: Option<bool>,
    /// Likewise: the share of its quota's periods in which the process's group was stopped.
    pub throttled: Option<Ratio>,
    /// Of processors that others keep busy: the host's are busier than this process and its group make them.
    pub others: Option<bool>,
    /// Of memory that is short: the host moves pages to swap space or back.
    pub swapping: Option<bool>,
    /// Of storage that is waited for: models that are being loaded now.
    pub loading: u64,
    /// Likewise: what the models that were loaded of late took, on average.
    pub model_load: Option<Nanos>,
    /// Of an interface that is slow by itself: requests keep their targets and none is held back.
    pub backend_normal: Option<bool>,
}

impl Signs {
    pub(super) fn of(evidence: &Evidence, targets: &Targets) -> Self {
        let host = &evidence.host;
        let cores = host.cores.value().copied();
        let runnable = host.runnable.value().copied();
        Self {
            crowded: runnable
                .zip(cores)
                .map(|(threads, cores)| to_f64(threads) > cores),
            throttled: host.throttled.value().copied(),
            others: others(evidence),
            swapping: swapping(evidence),
            loading: evidence.model_loads.running,
            model_load: evidence.model_loads.took,
            backend_normal: backend_normal(evidence, targets),
        }
    }
}

impl Signs {
    /// Those that are seen, in words.
    pub(super) fn told(&self) -> Vec<String> {
        let seen = |sign: Option<bool>, words: &str| (sign == Some(true)).then(|| words.to_owned());
        let load = self
            .model_load
            .map(|took| format!("models took {:.1} s to load", took.as_secs()));
        let stopped = self.throttled.filter(|share| share.get() > 0.0);
        let stopped = stopped.map(|share| {
            format!(
                "stopped by its CPU quota in {:.0} % of periods",
                share.as_percent()
            )
        });
        [
            seen(self.crowded, "more threads than processors"),
            stopped,
            seen(self.others, "others keep the host's processors busy"),
            seen(self.swapping, "the host swaps"),
            (self.loading > 0).then(|| format!("{} being loaded", models(self.loading))),
            load,
            seen(self.backend_normal, "requests keep their targets"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn models(count: u64) -> String {
    match count {
        1 => "a model is".to_owned(),
        count => format!("{count} models are"),
    }
}

/// Whether the host is busy by half as much again as this process, or its group, makes it. Each is a share of another number of
/// processors.
fn others(evidence: &Evidence) -> Option<bool> {
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

/// By those of the targets that are set; nothing can be told without any.
fn backend_normal(evidence: &Evidence, targets: &Targets) -> Option<bool> {
    let kept = |target: Option<Nanos>, measured: Option<Nanos>| Some(measured? <= target?);
    let first = kept(
        targets.time_to_first_token,
        evidence.time_to_first_token.p90,
    );
    let next = kept(targets.inter_token, evidence.inter_token);
    let kept = first.into_iter().chain(next).reduce(|a, b| a && b)?;
    Some(kept && !evidence.is_limited())
}
