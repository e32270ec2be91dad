//! The limit on series registered at run time. One test to a process: it fills the registry.

use wf_instrument::registry::{self, LIMIT, RegistryError};

#[test]
fn registrations_beyond_the_limit_are_refused_and_listed() {
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
