//! The families of readings: each follows from a row of wf-sense's table by one rule.
//!
//! The name is the row's and the part's, after `wf_` unless that begins with `process_`, as the
//! families of Prometheus' own clients do; then the unit, and `_total` for a counter. HELP is the
//! part's description, or else the row's. What the rule would write otherwise stands in
//! [`CONSTANT_LABELS`] and [`OMITTED_LABELS`].

use std::collections::BTreeMap;
use std::sync::LazyLock;

use wf_instrument::BaseUnit;
use wf_sense::gpu::Gpu;
use wf_sense::{Kind as Change, Part, Readings, Row};

use crate::descriptor::{Descriptor, LabelKey, Source};

/// Labels that are added to all series of a family, by the row's name.
const CONSTANT_LABELS: [(&str, (&str, &str)); 1] = [("host_cpu_utilization", ("mode", "busy"))];

/// Labels that are left out, by what the row's name begins with: they have one value there.
const OMITTED_LABELS: [(&str, &str); 1] = [("host_pressure_", "scope")];

/// Labels of every series of a GPU.
const GPU_LABELS: [LabelKey; 4] = [
    LabelKey::any("gpu"),
    LabelKey::any("uuid"),
    LabelKey::any("gpu_instance_id"),
    LabelKey::any("mig_profile"),
];

/// The families of all rows. Made once; its texts live as long as the program.
pub(super) static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

/// Families, and which of them a number belongs to.
pub(super) struct Table {
    families: Vec<Descriptor>,
    places: BTreeMap<Key, usize>,
}

/// All that the name of a family follows from.
type Key = (&'static str, &'static str, Change, BaseUnit);

impl Table {
    fn new() -> Self {
        let mut table = Self {
            families: Vec::new(),
            places: BTreeMap::new(),
        };
        for row in Readings::rows() {
            table.add(row, Source::Machine, &[]);
        }
        for row in Gpu::rows() {
            table.add(row, Source::Gpus, &GPU_LABELS);
        }
        table
    }

    pub(super) fn families(&self) -> &[Descriptor] {
        &self.families
    }

    /// The family of a number, and its place among all.
    pub(super) fn family(&self, row: &Row, part: &Part) -> Option<(usize, &Descriptor)> {
        let place = *self.places.get(&key(row, part))?;
        Some((place, &self.families[place]))
    }

    fn add(&mut self, row: &'static Row, source: Source, device: &[LabelKey]) {
        for part in row.parts {
            let place = *self.places.entry(key(row, part)).or_insert_with(|| {
                let family = descriptor(row, part, source);
                self.families.push(family.labels(device.to_vec().leak()));
                self.families.len() - 1
            });
            // Two rows may share a family, as the two kinds of ECC errors do.
            let family = &mut self.families[place];
            family.labels = with_values(family.labels, labels(row, part));
        }
    }
}

/// The labels of a number, without those of its device.
pub(super) fn labels(row: &Row, part: &Part) -> impl Iterator<Item = (&'static str, &'static str)> {
    let name = row.name;
    let is_omitted = move |label: &str| {
        let mut all = OMITTED_LABELS.iter();
        all.any(|(prefix, omitted)| name.starts_with(prefix) && label == *omitted)
    };
    let own = part.labels.iter();
    let constant = CONSTANT_LABELS.iter().filter(move |(of, _)| *of == name);
    own.filter(move |(label, _)| !is_omitted(label))
        .chain(constant.map(|(_, label)| label))
        .copied()
}

const fn key(row: &Row, part: &Part) -> Key {
    (row.name, part.name, part.kind, part.unit)
}

fn descriptor(row: &Row, part: &Part, source: Source) -> Descriptor {
    let words = [row.name, part.name, part.unit.suffix()];
    let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let base = words.join("_");
    let prefix = match base.starts_with("process_") {
        true => "",
        false => "wf_",
    };
    let help = match part.help {
        "" => row.help.to_owned(),
        help => help.replace("{}", row.help),
    };
    let family = match part.kind {
        Change::Counter => {
            let name = format!("{prefix}{base}_total");
            Descriptor::counter(source, name.leak(), help.leak())
        }
        Change::Gauge => Descriptor::gauge(source, format!("{prefix}{base}").leak(), help.leak()),
    };
    family.unit(part.unit)
}

/// The labels of a family that has these too.
fn with_values(
    labels: &'static [LabelKey],
    more: impl Iterator<Item = (&'static str, &'static str)>,
) -> &'static [LabelKey] {
    let mut labels = labels.to_vec();
    for (name, value) in more {
        match labels.iter_mut().find(|label| label.name == name) {
            None => labels.push(LabelKey::one_of(name, vec![value].leak())),
            Some(label) if label.values.contains(&value) => {}
            Some(label) => label.values = [label.values, &[value]].concat().leak(),
        }
    }
    labels.leak()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_follows_from_row_part_unit_and_kind() {
        for (row, names) in [
            ("resident", &["process_resident_memory_bytes"][..]),
            ("process_cpu", &["wf_cpu_utilization_ratio"]),
            ("major_faults", &["wf_memory_major_faults_total"]),
            ("heap", &["wf_heap_live_bytes", "wf_heap_held_bytes"]),
            (
                "host_io_pressure",
                &[
                    "wf_host_pressure_io_waiting_ratio",
                    "wf_host_pressure_io_stalled_ratio",
                    "wf_host_pressure_io_waiting_seconds_total",
                    "wf_host_pressure_io_stalled_seconds_total",
                ],
            ),
        ] {
            let row = Readings::rows().find(|other| other.sensor == row).unwrap();
            let mut found = Vec::new();
            for part in row.parts {
                let (_, family) = TABLE.family(row, part).unwrap();
                found.push(family.name);
            }
            found.dedup();
            assert_eq!(&found[..names.len()], names, "{row:?}");
        }
    }

    #[test]
    fn every_exception_is_of_a_row() {
        let is_one = |name: &dyn Fn(&str) -> bool| Readings::rows().any(|row| name(row.name));
        assert!(
            CONSTANT_LABELS
                .iter()
                .all(|(name, _)| is_one(&|row| row == *name))
        );
        let omitted = |prefix: &str| is_one(&|row| row.starts_with(prefix));
        assert!(OMITTED_LABELS.iter().all(|(prefix, _)| omitted(prefix)));
    }
}
