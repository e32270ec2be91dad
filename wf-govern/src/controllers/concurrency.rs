//! Controller of the concurrency limit: follows the mean inter-token latency towards its target.
//!
//! With x the windowed mean of the inter-token latency, the head-room is e = aim − x / target.
//! e < 0 cuts the limit by min(−e, 20 %). e > 4 % raises it while requests wait, by min(e, 50 %)
//! rounded up, but never so far that a latency in proportion to the limit would miss the aim. All
//! else holds. The window counts tokens and not finished requests, so it is one second old and not
//! one request. After a cut, the limit stays below the value that missed the target (the ceiling)
//! for 5 s, 1.5 times longer at each repetition up to 30 s; then the ceiling rises by 2 % a tick.
//!
//! TTFT needs no term of its own: it is missed when requests wait, and waiting requests with
//! head-room are what raises the limit.

use super::proposal::{Change, Controller, Proposal, TickContext};
use crate::decision::{Cause, Constraint};
use crate::knob::Position;
use crate::lease::Owner;
use crate::number::{to_f64, whole};
use crate::resources;
use wf_instrument::Nanos;

/// Memory from tick to tick.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Concurrency {
    moved: Nanos,
    /// True if the last move was only advised.
    advised: bool,
    not_before: Nanos,
    ceiling: Option<Ceiling>,
    raised: Option<Raise>,
}

/// Value that the limit stays below after it has missed the target.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Ceiling {
    limit: f64,
    /// It rises from then on.
    until: Nanos,
    duration: Nanos,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Raise {
    from: u64,
    to: u64,
    at: Nanos,
}

impl Controller for Concurrency {
    fn propose(&mut self, context: &TickContext<'_>) -> Proposal {
        let hold = |constraint, why: &str| Proposal::hold(constraint, context.knob, why);
        let Some(target) = context.targets().inter_token_latency else {
            return hold(Constraint::Configuration, "no inter-token target is set");
        };
        let Some(latency) = context.requests().inter_token_latency else {
            return hold(Constraint::Evidence, &unmeasured(context));
        };
        let lease = context.leases;
        if let Err(held) = lease.check(context.index, Owner::Controller, context.now()) {
            return hold(Constraint::Lease, &held.to_string());
        }
        if context.another_moves() {
            return hold(Constraint::CoolDown, "another knob moves in this tick");
        }
        self.raise_ceiling(context.now(), context.knob);
        let measured = Measured {
            context,
            target,
            latency,
        };
        measured.propose(self)
    }
}

impl Concurrency {
    fn raise_ceiling(&mut self, now: Nanos, knob: &Position) {
        if let Some(ceiling) = &mut self.ceiling
            && now >= ceiling.until
        {
            ceiling.limit *= CREEP;
        }
        let highest = to_f64(knob.bounds.max());
        self.ceiling = self.ceiling.filter(|c| c.limit < highest);
    }
}

/// One tick in which the inter-token latency is known.
struct Measured<'a> {
    context: &'a TickContext<'a>,
    target: Nanos,
    latency: Nanos,
}

impl Measured<'_> {
    fn propose(&self, state: &mut Concurrency) -> Proposal {
        let limits = self.context.limits();
        let head_room = limits.aim - self.latency.as_secs() / self.target.as_secs();
        if let Some(raise) = self.overshot(state) {
            return self.roll_back(state, raise);
        }
        if self.context.now() < state.not_before {
            let why = match state.advised {
                true => "cool-down after a move that would have been made",
                false => "cool-down: waiting for the effect of the last move",
            };
            return self.hold(Constraint::CoolDown, why);
        }
        if head_room < 0.0 {
            self.cut(state, head_room)
        } else if !self.context.requests().is_limited() {
            self.hold(Constraint::Demand, "no demand for more")
        } else if head_room <= limits.dead_band {
            self.hold(Constraint::InterTokenLatency, "no head-room for more")
        } else {
            self.raise(state, head_room)
        }
    }

    /// A raise of the last three seconds that put the latency far over its target.
    fn overshot(&self, state: &Concurrency) -> Option<Raise> {
        let far_over = self.latency.as_secs() > FAR_OVER * self.target.as_secs();
        let (value, now) = (self.context.knob.value, self.context.now());
        let recent = |raise: &Raise| raise.to == value && now.since(raise.at) <= WATCH;
        state.raised.filter(|raise| far_over && recent(raise))
    }

    fn roll_back(&self, state: &mut Concurrency, raise: Raise) -> Proposal {
        self.set_ceiling(state);
        let cool_down = self.context.limits().after_cut;
        self.move_to(state, raise.from, Cause::Overshot, cool_down)
    }

    fn cut(&self, state: &mut Concurrency, head_room: f64) -> Proposal {
        let (knob, limits) = (self.context.knob, self.context.limits());
        let limit = knob.value;
        let drains = self.context.now().since(state.moved) < DRAINING;
        if drains && self.context.requests().running > limit {
            let why = "more requests still run than the limit allows";
            return self.hold(Constraint::InterTokenLatency, why);
        }
        let share = head_room.max(-limits.largest_cut);
        let smaller = whole(to_f64(limit) * (1.0 + share)).min(limit.saturating_sub(1));
        // Never to 0, whatever the range: without requests there is no latency to raise it by.
        let to = knob.bounds.clamp(smaller.max(1));
        if to >= limit {
            let why = match limit < knob.bounds.min() {
                true => "the limit is below its minimum",
                false => "the limit is at its minimum",
            };
            return self.hold(Constraint::Range, why);
        }
        self.set_ceiling(state);
        self.move_to(state, to, Cause::OverTarget, limits.after_cut)
    }

    fn raise(&self, state: &mut Concurrency, head_room: f64) -> Proposal {
        let (knob, tick) = (self.context.knob, self.context.tick);
        let limit = knob.value;
        if self.context.requests().running < limit - limit / 5 {
            return self.hold(Constraint::Demand, "the limit is not what they wait for");
        }
        let share = head_room.min(self.context.limits().largest_raise);
        let wanted = limit.saturating_add(whole((to_f64(limit) * share).ceil()).max(1));
        let wanted = wanted.min(self.largest_within_aim(limit));
        if wanted <= limit {
            let why = "one more would miss the target";
            return self.hold(Constraint::InterTokenLatency, why);
        }
        let ceiling = state.ceiling.map_or(u64::MAX, |c| whole(c.limit.floor()));
        let to = knob.bounds.clamp(wanted.min(ceiling));
        if to <= limit && ceiling <= limit {
            let why = "a higher limit missed the target a moment ago";
            return self.hold(Constraint::Ceiling, why);
        }
        if to <= limit {
            let why = match limit > knob.bounds.max() {
                true => "the limit is above its maximum",
                false => "the limit is at its maximum",
            };
            return self.hold(Constraint::Range, why);
        }
        if let Err(short) = resources::check(knob, to, tick.evidence(), tick.diagnosis) {
            return self.hold(Constraint::Resource, &short.to_string());
        }
        state.raised = Some(Raise {
            from: limit,
            to,
            at: self.context.now(),
        });
        let cool_down = self.context.limits().after_raise;
        self.move_to(state, to, Cause::HeadRoom, cool_down)
    }

    /// The largest limit within the aim if the latency grows in proportion to the limit. It does so
    /// at worst, where the engine is saturated; short of that, the result is far away.
    fn largest_within_aim(&self, limit: u64) -> u64 {
        let aim = self.context.limits().aim * self.target.as_secs();
        whole((to_f64(limit) * aim / self.latency.as_secs().max(1e-9)).floor())
    }

    fn set_ceiling(&self, state: &mut Concurrency) {
        let duration = state.ceiling.map_or(FIRST_HOLD, |c| longer(c.duration));
        state.ceiling = Some(Ceiling {
            limit: to_f64(self.context.knob.value.saturating_sub(1)),
            until: self.context.now().plus(duration),
            duration,
        });
    }

    fn move_to(
        &self,
        state: &mut Concurrency,
        to: u64,
        cause: Cause,
        cool_down: Nanos,
    ) -> Proposal {
        // A little less than the cool-down, so that a tick that comes a moment early still counts.
        let slack = Nanos::from_millis(100);
        let (knob, now) = (self.context.knob, self.context.now());
        state.moved = now;
        state.advised = !cause.is_made_in(self.context.tick.inputs.mode);
        state.not_before = now.plus(cool_down).since(slack);
        let (name, value) = (&knob.name, knob.value);
        Proposal {
            change: Some(Change::Move(to, cause)),
            constraint: Constraint::CoolDown,
            reason: format!("{name} {value} → {to}: {}", self.situation()),
        }
    }

    fn hold(&self, constraint: Constraint, why: &str) -> Proposal {
        let why = format!("{}, {why}", self.situation());
        Proposal::hold(constraint, self.context.knob, why)
    }

    fn situation(&self) -> String {
        let requests = self.context.requests();
        format!(
            "ITL {:.1} ms of {:.1} ms, {} running, {} waiting",
            self.latency.as_millis(),
            self.target.as_millis(),
            requests.running,
            requests.waiting
        )
    }
}

/// The reason why there is no latency. A model of another name is a mistake of the application.
fn unmeasured(context: &TickContext<'_>) -> String {
    match &context.knob.model {
        Some(model) if context.evidence().of_model(model).is_none() => {
            format!("no requests of model {model} are measured")
        }
        _ => "too few tokens to measure the ITL".to_owned(),
    }
}

fn longer(duration: Nanos) -> Nanos {
    Nanos::new(duration.get() / 2 * 3).min(LONGEST_HOLD)
}

const FIRST_HOLD: Nanos = Nanos::from_secs(5);
const LONGEST_HOLD: Nanos = Nanos::from_secs(30);
const CREEP: f64 = 1.02;
/// Longest wait of a cut for the requests that the last cut left running. Longer streams, and those
/// of other models, are no reason to miss the target.
const DRAINING: Nanos = Nanos::from_secs(10);
const FAR_OVER: f64 = 1.5;
const WATCH: Nanos = Nanos::from_secs(3);
