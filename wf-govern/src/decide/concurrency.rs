//! The concurrency limit: follows the mean time between tokens towards its target, each tick.
//!
//! With x the windowed mean of the inter-token latency and e = (aim·target − x)/target: e < 0 cuts the limit by min(−e, 20 %); e > 4 % while
//! requests wait raises it by min(e, 50 %), rounded up, and never so far that gaps in proportion to it would miss the aim;
//! anything else holds. The window counts tokens, not finished requests, so it is a second old and not a generation. After a cut the limit stays below where it
//! broke the target for 5 s, 1.5 times longer at each repeat up to 30 s, and may then creep up by 2 % a tick.
//!
//! Time to first token needs no term of its own: it is missed when requests wait, and waiting with head-room is what raises the limit.

use super::opinion::HOLD;
use super::{Bound, Cause, Move, Opinion, Seen};
use crate::knob::{Position, Role};
use crate::ledger::{Ledger, Owner};
use crate::limits::{self, Limits, whole};
use crate::number::to_f64;
use wf_instrument::Nanos;

/// What is remembered from tick to tick.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct State {
    pub(super) moved: Nanos,
    /// Whether the last move was only advised.
    advised: bool,
    not_before: Nanos,
    ceiling: Option<Ceiling>,
    raised: Option<Raise>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Ceiling {
    limit: f64,
    until: Nanos,
    held: Nanos,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Raise {
    from: u64,
    to: u64,
    at: Nanos,
}

pub(super) fn decide(state: &mut State, ledger: &Ledger, seen: &Seen<'_>) -> Opinion {
    let Some((index, knob)) = seen.knob(Role::Concurrency) else {
        return Opinion::hold(
            Bound::Configuration,
            "no concurrency knob is registered".into(),
        );
    };
    let Some(target) = seen.config.targets.inter_token else {
        return Opinion::hold(Bound::Configuration, "no inter-token target is set".into());
    };
    let Some(gap) = seen.evidence().inter_token else {
        return Opinion::hold(Bound::Evidence, "too few tokens to judge their gaps".into());
    };
    if let Err(held) = ledger.ask(index, Owner::Loop, seen.now()) {
        return Opinion::hold(Bound::Ledger, format!("concurrency: {held}"));
    }
    state.let_the_ceiling_rise(seen.now(), knob);
    Law {
        seen,
        index,
        knob,
        target,
        gap,
    }
    .apply(state)
}

struct Law<'a> {
    seen: &'a Seen<'a>,
    index: usize,
    knob: &'a Position,
    target: Nanos,
    gap: Nanos,
}

impl Law<'_> {
    fn apply(&self, state: &mut State) -> Opinion {
        let head_room = self.limits().aim - self.gap.as_secs() / self.target.as_secs();
        if let Some(raise) = self.overshot(state) {
            return self.take_back(state, raise);
        }
        if self.seen.now() < state.not_before {
            let why = match state.advised {
                true => "waiting after a move that would have been made",
                false => "waiting for the effect of the last move",
            };
            return self.hold(Bound::CoolDown, why);
        }
        if head_room < 0.0 {
            self.cut(state, head_room)
        } else if !self.seen.evidence().is_limited() {
            self.hold(Bound::Demand, "no need for more")
        } else if head_room <= self.limits().dead_band {
            self.hold(Bound::InterToken, "no room for more")
        } else {
            self.raise(state, head_room)
        }
    }

    /// A raise of the last three seconds after which the gaps are half again as long as they may be.
    fn overshot(&self, state: &State) -> Option<Raise> {
        let far_over = self.gap.as_secs() > FAR_OVER * self.target.as_secs();
        let recent = |r: &Raise| r.to == self.knob.value && self.seen.now().since(r.at) <= WATCH;
        state.raised.filter(|raise| far_over && recent(raise))
    }

    fn take_back(&self, state: &mut State, raise: Raise) -> Opinion {
        self.breached(state);
        self.go(state, raise.from, Cause::Overshot, self.limits().after_cut)
    }

    fn cut(&self, state: &mut State, head_room: f64) -> Opinion {
        let limit = self.knob.value;
        let drains = self.seen.now().since(state.moved) < DRAINING;
        if drains && self.seen.evidence().running > limit {
            return self.hold(Bound::InterToken, "more still run than the limit allows");
        }
        let share = head_room.max(-self.limits().largest_cut);
        let smaller = whole(to_f64(limit) * (1.0 + share)).min(limit.saturating_sub(1));
        // Never to none at all, whatever the range: with the door closed there are no gaps left to open it for.
        let to = self.knob.bounds.clamp(smaller.max(1));
        if to >= limit {
            return self.hold(Bound::Range, "the limit is as low as it may be");
        }
        self.breached(state);
        self.go(state, to, Cause::OverTarget, self.limits().after_cut)
    }

    fn raise(&self, state: &mut State, head_room: f64) -> Opinion {
        let limit = self.knob.value;
        if self.seen.evidence().running < limit - limit / 5 {
            return self.hold(Bound::Demand, "the limit is not what they wait for");
        }
        let share = head_room.min(self.limits().largest_raise);
        let wanted = limit.saturating_add(whole((to_f64(limit) * share).ceil()).max(1));
        let wanted = wanted.min(self.foreseeable(limit));
        if wanted <= limit {
            return self.hold(Bound::InterToken, "one more would break the target");
        }
        let ceiling = state.ceiling.map_or(u64::MAX, |c| whole(c.limit.floor()));
        let to = self.knob.bounds.clamp(wanted.min(ceiling));
        if to <= limit && ceiling <= limit {
            return self.hold(
                Bound::Ceiling,
                "a higher limit broke the target a moment ago",
            );
        }
        if to <= limit {
            return self.hold(Bound::Range, "the limit is as high as it may be");
        }
        if let Err(why) = limits::permit(self.knob, to, self.seen.evidence(), &self.seen.diagnosis)
        {
            return self.hold(Bound::Resource, &why.to_string());
        }
        state.raised = Some(Raise {
            from: limit,
            to,
            at: self.seen.now(),
        });
        self.go(state, to, Cause::HeadRoom, self.limits().after_raise)
    }

    /// The largest limit at which the gaps stay within their aim if they grow in proportion to it. They do at worst, where the engine
    /// is saturated; short of that, this is far away.
    fn foreseeable(&self, limit: u64) -> u64 {
        let aim = self.limits().aim * self.target.as_secs();
        whole((to_f64(limit) * aim / self.gap.as_secs().max(1e-9)).floor())
    }

    fn breached(&self, state: &mut State) {
        let held = state.ceiling.map_or(FIRST_HOLD, |c| longer(c.held));
        state.ceiling = Some(Ceiling {
            limit: to_f64(self.knob.value.saturating_sub(1)),
            until: self.seen.now().plus(held),
            held,
        });
    }

    fn go(&self, state: &mut State, to: u64, cause: Cause, rest: Nanos) -> Opinion {
        // A little less than the rest, so that a tick that comes a moment early still counts.
        let slack = Nanos::from_millis(100);
        state.moved = self.seen.now();
        state.advised = !self.seen.inputs.mode.makes(cause);
        state.not_before = self.seen.now().plus(rest).since(slack);
        let what = Move::new(self.index, self.knob, to);
        let why = format!("{what}: {}", self.situation());
        Opinion::change(vec![what], cause, Bound::CoolDown, why)
    }

    fn hold(&self, bound: Bound, why: &str) -> Opinion {
        let reason = format!(
            "{HOLD} {} {}: {}, {why}",
            self.knob.name,
            self.knob.value,
            self.situation()
        );
        Opinion::hold(bound, reason)
    }

    fn situation(&self) -> String {
        format!(
            "inter-token {:.1} ms of {:.1} ms, {} run, {} wait",
            self.gap.as_millis(),
            self.target.as_millis(),
            self.seen.evidence().running,
            self.seen.evidence().waiting
        )
    }

    const fn limits(&self) -> &Limits {
        &self.seen.config.limits
    }
}

impl State {
    fn let_the_ceiling_rise(&mut self, now: Nanos, knob: &Position) {
        if let Some(ceiling) = &mut self.ceiling
            && now >= ceiling.until
        {
            ceiling.limit *= CREEP;
        }
        let highest = to_f64(knob.bounds.max());
        self.ceiling = self.ceiling.filter(|c| c.limit < highest);
    }
}

fn longer(held: Nanos) -> Nanos {
    Nanos::new(held.get() / 2 * 3).min(LONGEST_HOLD)
}

const FIRST_HOLD: Nanos = Nanos::from_secs(5);
const LONGEST_HOLD: Nanos = Nanos::from_secs(30);
const CREEP: f64 = 1.02;
/// How long a cut may wait for those that the last one left over. Longer streams than this, and those of other models, are no reason to
/// put up with broken targets.
const DRAINING: Nanos = Nanos::from_secs(10);
const FAR_OVER: f64 = 1.5;
const WATCH: Nanos = Nanos::from_secs(3);
