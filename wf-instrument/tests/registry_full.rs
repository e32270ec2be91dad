//! The limit on series that are named at run time. Alone in its process, which it fills.

use wf_instrument::registry::{self, LIMIT, RegistryError};

#[test]
fn what_is_refused_for_want_of_room_is_listed() {
    for i in 0..LIMIT {
        registry::counter("requests", "", &[("id", &i.to_string())]).unwrap();
    }
    registry::assert_no_conflicts();
    registry::counter("requests", "", &[("id", "last")]).unwrap_err();
    registry::span("late call", "").unwrap_err();
    let conflicts = registry::conflicts();
    let refused = conflicts.iter().map(|conflict| {
        let full = matches!(conflict.refused, Some(RegistryError::Full { .. }));
        (&*conflict.name, full)
    });
    let refused: Vec<_> = refused.collect();
    assert_eq!(refused, [("late call", true), ("requests", true)]);
}
