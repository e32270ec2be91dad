//! How many threads run the model: each move a trial.
//!
//! Two wishes. *Fewer*, where there are more threads than processors and the gaps have a long tail: the threads take turns on a
//! processor, and a token waits for several time slices (16 threads on 2 cores: the 99th percentile 2.4 to 28 times as long, for
//! the same throughput). *More*, up to the number of processors, where requests wait and the concurrency limit cannot help. Up to the
//! [tier](crate::sizing::Tier)'s pool, and down to the number of processors, a step is kept unless it does harm; past that it takes
//! an experiment.

use super::{Bound, Opinion, Seen};
use crate::knob::{Position, Role};
use crate::ledger::Ledger;
use crate::sizing::Tier;
use crate::verify::Method;
use wf_instrument::Nanos;

/// What is remembered from tick to tick: the last five, the newest lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct State {
    stalled: u8,
    starved: u8,
}

/// A trial that should begin.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wish {
    pub(super) index: usize,
    pub(super) to: u64,
    pub(super) method: Method,
    pub(super) why: String,
}

pub(super) fn consider(
    state: &mut State,
    ledger: &Ledger,
    limit: &Opinion,
    seen: &Seen<'_>,
) -> Option<Wish> {
    let (index, knob) = seen.knob(Role::Workers)?;
    let cores = Cores::of(seen)?;
    state.stalled = shift(state.stalled, stalls(seen));
    state.starved = shift(state.starved, starves(limit, seen));
    if often(state.stalled) && knob.value > cores.count {
        return fewer(index, knob, &cores, ledger, seen);
    }
    if often(state.starved) && knob.value < cores.count {
        return more(index, knob, &cores, seen);
    }
    None
}

struct Cores {
    count: u64,
    tier: Tier,
}

impl Cores {
    /// Without the number of processors nothing can be said about threads.
    fn of(seen: &Seen<'_>) -> Option<Self> {
        let host = &seen.evidence().host;
        let cores = *host.cores.value()?;
        let count = crate::limits::whole(cores.ceil()).max(1);
        Some(Self {
            count,
            tier: host.tier()?,
        })
    }
}

/// At once to as many as there are processors, since that is known to be enough for work that computes; a notch at a time where that was
/// tried and did harm.
fn fewer(
    index: usize,
    knob: &Position,
    cores: &Cores,
    ledger: &Ledger,
    seen: &Seen<'_>,
) -> Option<Wish> {
    let wanted = match ledger.rollbacks(index) {
        0 => cores.count,
        _ => knob.bounds.below(knob.value)?.max(cores.count),
    };
    let to = knob.bounds.clamp(wanted);
    let p99 = seen
        .evidence()
        .inter_token_p99
        .map_or(f64::NAN, Nanos::as_millis);
    (to < knob.value).then(|| Wish {
        index,
        to,
        method: Method::BeforeAfter,
        why: format!(
            "{} threads share {} cores, and 1 gap in 100 lasts {p99:.0} ms",
            knob.value, cores.count
        ),
    })
}

fn more(index: usize, knob: &Position, cores: &Cores, seen: &Seen<'_>) -> Option<Wish> {
    let to = knob
        .bounds
        .clamp(knob.bounds.above(knob.value)?.min(cores.count));
    let backed_by_tier = to <= cores.tier.pool();
    (to > knob.value).then(|| Wish {
        index,
        to,
        method: if backed_by_tier {
            Method::BeforeAfter
        } else {
            Method::Switchback
        },
        why: format!(
            "{} wait, and {} of {} cores have a thread",
            seen.evidence().waiting,
            knob.value,
            cores.count
        ),
    })
}

fn stalls(seen: &Seen<'_>) -> bool {
    let evidence = seen.evidence();
    let over = |gap: Option<Nanos>, targets: f64| {
        let target = seen.config.targets.inter_token;
        gap.zip(target)
            .is_some_and(|(gap, target)| gap.as_secs() > targets * target.as_secs())
    };
    over(evidence.inter_token, 1.0) || over(evidence.inter_token_p99, seen.config.limits.stall)
}

/// Requests wait longer than promised, and the limit can do nothing about it.
fn starves(limit: &Opinion, seen: &Seen<'_>) -> bool {
    let evidence = seen.evidence();
    let late = match (
        evidence.time_to_first_token.p90,
        seen.config.targets.time_to_first_token,
    ) {
        (Some(p90), Some(target)) => p90 > target,
        _ => true,
    };
    let helpless = !matches!(limit.bound_by, Bound::Demand | Bound::Evidence);
    evidence.is_limited() && late && helpless && limit.moves.is_empty()
}

const fn often(ticks: u8) -> bool {
    ticks.count_ones() >= 3
}

const fn shift(ticks: u8, newest: bool) -> u8 {
    ((ticks << 1) | newest as u8) & 0b1_1111
}
