//! The levels of wf-instrument: the one place where a module gets its own.

/// Levels and the modules at each; a module stands for all inside it that has no entry of its own.
pub(super) type Levels = [(u8, &'static str)];

/// From the record path's ground floor up to snapshots.
pub(super) const LEVELS: &Levels = &[
    (0, "sync units outcome load image"),
    (1, "clock thread histogram::layout histogram::quantile fork"),
    (2, "histogram counter gauge labels"),
    (3, "series site slo registry disabled"),
    (4, "record private fork::handlers"),
    (5, "snapshot"),
];

/// The level of a module, by its nearest entry; `None` where there is none.
pub(super) fn level(levels: &Levels, module: &[String]) -> Option<u8> {
    (1..=module.len()).rev().find_map(|length| {
        let name = module[..length].join("::");
        let holds = |modules: &str| modules.split(' ').any(|module| module == name);
        levels
            .iter()
            .find(|(_, modules)| holds(modules))
            .map(|(level, _)| *level)
    })
}
