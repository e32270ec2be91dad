//! Controllers: each proposes changes of the knob that it is in charge of.
//!
//! A file for each controller, and a row in [`CONTROLLERS`]. Each role has one controller. The
//! first knob of a role and model is governed; further ones are shown and set by hand.

mod concurrency;
mod proposal;
mod workers;

use self::concurrency::Concurrency;
pub(crate) use self::proposal::{Change, Controller, Proposal, Tick, TickContext};
use self::workers::Workers;
use crate::knob::{Position, Role};

/// A role of knobs, and a new controller for a knob of that role.
type Row = (Role, fn() -> Box<dyn Controller>);

/// All controllers, in the order in which they are called: each gets the proposals of those before
/// it.
static CONTROLLERS: [Row; 2] = [
    (Role::CONCURRENCY, || Box::new(Concurrency::default())),
    (Role::WORKERS, || Box::new(Workers::default())),
];

/// A controller and the number of its knob.
pub(crate) type Assigned = (usize, Box<dyn Controller>);

/// Assigns a controller to each knob that is governed.
pub(crate) fn assign(knobs: &[Position]) -> Vec<Assigned> {
    let rows = CONTROLLERS.iter();
    rows.flat_map(|(role, new)| {
        let of_role = move |index: &usize| knobs[*index].role == *role;
        let indices = (0..knobs.len()).filter(of_role);
        indices
            .filter(|&index| is_governed(knobs, index))
            .map(|index| (index, new()))
    })
    .collect()
}

/// Returns whether a controller moves this knob.
pub(crate) fn is_governed(knobs: &[Position], index: usize) -> bool {
    let this = &knobs[index];
    let is_same = |knob: &Position| knob.role == this.role && knob.model == this.model;
    let is_first = knobs.iter().position(is_same) == Some(index);
    is_first && CONTROLLERS.iter().any(|(role, _)| *role == this.role)
}
