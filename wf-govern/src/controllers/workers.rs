//! Controller of the number of threads that run the model: each move is a trial.
//!
//! *Fewer* threads, if there are more than cores and the inter-token latency has a long tail. The
//! threads then take turns on a core, and a token waits for several time slices (16 threads on 2
//! cores: the p99 is 2.4 to 28 times as long for the same throughput). *More* threads, up to the
//! number of cores, if requests wait and the concurrency limit cannot help. Up to the pool of the
//! [tier](crate::sizing::Tier), and down to the number of cores, a step is kept unless it is worse;
//! other steps have to prove a gain.

use super::proposal::{Change, Controller, Proposal, TickContext};
use crate::decision::Constraint;
use crate::evidence::RequestEvidence;
use crate::number::whole;
use crate::sizing::Tier;
use crate::trial::Method;
use wf_instrument::Nanos;

/// Memory from tick to tick: one bit for each of the last five ticks; bit 0 is the newest.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Workers {
    stalled: u8,
    starved: u8,
}

impl Controller for Workers {
    fn propose(&mut self, context: &TickContext<'_>) -> Proposal {
        let hold = |constraint, why| Proposal::hold(constraint, context.knob, why);
        let Some(cores) = Cores::of(context) else {
            return hold(Constraint::Evidence, "the number of cores is unknown");
        };
        self.stalled = shift(self.stalled, stalls(context));
        self.starved = shift(self.starved, starves(context));
        let threads = context.knob.value;
        let proposal = if often(self.stalled) && threads > cores.count {
            fewer(&cores, context)
        } else if often(self.starved) && threads < cores.count {
            more(&cores, context)
        } else {
            None
        };
        proposal.unwrap_or_else(|| hold(Constraint::Demand, "no other number is needed"))
    }

    fn restart(&mut self) {
        *self = Self::default();
    }
}

struct Cores {
    count: u64,
    tier: Tier,
}

impl Cores {
    /// Without the number of cores nothing can be said about threads.
    fn of(context: &TickContext<'_>) -> Option<Self> {
        let host = &context.evidence().host;
        let cores = *host.cores.value()?;
        Some(Self {
            count: whole(cores.ceil()).max(1),
            tier: host.tier()?,
        })
    }
}

/// At once to the number of cores, which is enough for work that computes; one notch at a time
/// after a rollback of that.
fn fewer(cores: &Cores, context: &TickContext<'_>) -> Option<Proposal> {
    let knob = context.knob;
    let wanted = match context.leases.rollbacks(context.index) {
        0 => cores.count,
        _ => knob.bounds.below(knob.value)?.max(cores.count),
    };
    let to = knob.bounds.clamp(wanted);
    let latency = latency(context.requests());
    let (threads, cores) = (knob.value, cores.count);
    (to < knob.value).then(|| Proposal {
        change: Some(Change::Trial(to, Method::BeforeAfter)),
        constraint: Constraint::InterTokenLatency,
        reason: format!("{threads} threads share {cores} cores, {latency}"),
    })
}

/// In words: the p99, or the mean where there are too few tokens for a p99.
fn latency(requests: &RequestEvidence) -> String {
    let (p99, mean) = (
        requests.inter_token_latency_p99,
        requests.inter_token_latency,
    );
    match (p99, mean) {
        (Some(p99), _) => format!("p99 ITL is {:.0} ms", p99.as_millis()),
        (None, Some(mean)) => format!("mean ITL is {:.0} ms", mean.as_millis()),
        (None, None) => "ITL is unknown".to_owned(),
    }
}

fn more(cores: &Cores, context: &TickContext<'_>) -> Option<Proposal> {
    let knob = context.knob;
    let next = knob.bounds.above(knob.value)?.min(cores.count);
    let to = knob.bounds.clamp(next);
    let method = match to <= cores.tier.pool() {
        true => Method::BeforeAfter,
        false => Method::Switchback,
    };
    let (waiting, threads, cores) = (context.requests().waiting, knob.value, cores.count);
    (to > knob.value).then(|| Proposal {
        change: Some(Change::Trial(to, method)),
        constraint: Constraint::Range,
        reason: format!("{waiting} requests wait, {threads} of {cores} cores have a thread"),
    })
}

fn stalls(context: &TickContext<'_>) -> bool {
    let requests = context.requests();
    let over = |latency: Option<Nanos>, targets: f64| {
        let target = context.targets().inter_token_latency;
        latency
            .zip(target)
            .is_some_and(|(latency, target)| latency.as_secs() > targets * target.as_secs())
    };
    let stall = context.limits().stall;
    over(requests.inter_token_latency, 1.0) || over(requests.inter_token_latency_p99, stall)
}

/// Requests are held back, their TTFT is not known to be within its target, and no other knob of
/// theirs can help. Without a target, or with too few requests for a p90, any wait is too long.
fn starves(context: &TickContext<'_>) -> bool {
    let requests = context.requests();
    let p90 = requests.time_to_first_token.p90;
    let late = match (p90, context.targets().time_to_first_token) {
        (Some(p90), Some(target)) => p90 > target,
        _ => true,
    };
    let could_help = |constraint| matches!(constraint, Constraint::Demand | Constraint::Evidence);
    let mut related = context.related();
    let others_help = related.any(|proposal| could_help(proposal.constraint));
    requests.is_limited() && late && !others_help && !context.another_moves()
}

const fn often(ticks: u8) -> bool {
    ticks.count_ones() >= 3
}

const fn shift(ticks: u8, newest: bool) -> u8 {
    ((ticks << 1) | newest as u8) & 0b1_1111
}
