//! Who waits for what (PSI).

use wf_sense::{Pressure, Reading, Stall};

use super::told::{Told, seconds, share};
use crate::family::Family;

pub(super) fn tell(pressure: &Pressure, told: &mut Told<'_>) {
    for (resource, own, host) in [
        ("cpu", &pressure.cpu, &pressure.host_cpu),
        ("memory", &pressure.memory, &pressure.host_memory),
        ("io", &pressure.io, &pressure.host_io),
    ] {
        // Totals of a group and of the host are not one that goes on from the other.
        let scope = own.value().map_or("", |stall| stall.scope.as_str());
        let own_words = Words {
            base: format!("wf_pressure_{resource}"),
            waited: format!("of the control group, or of the host by scope, waited for {resource}"),
        };
        let host_words = Words {
            base: format!("wf_host_pressure_{resource}"),
            waited: format!("of the host waited for {resource}"),
        };
        stall(&own_words, own, &[("scope", scope)], told);
        stall(&host_words, host, &[], told);
    }
}

/// What the families of one stall are called, and what they are about.
struct Words {
    base: String,
    waited: String,
}

impl Words {
    /// "Waiting" is some, "stalled" is all: the words that node_exporter has for them.
    fn ratio(&self, kind: &str, tasks: &str) -> Family {
        let help = format!(
            "Share of the last 10 seconds in which {tasks} {}.",
            self.waited
        );
        Family::gauge(&format!("{}_{kind}_ratio", self.base), help)
    }

    fn time(&self, kind: &str, tasks: &str) -> Family {
        let help = format!("Time in which {tasks} {}.", self.waited);
        Family::counter(&format!("{}_{kind}_seconds", self.base), help)
    }
}

fn stall(words: &Words, reading: &Reading<Stall>, labels: &[(&str, &str)], told: &mut Told<'_>) {
    type Part = fn(&Stall) -> Option<f64>;
    let parts: [(Family, Part); 4] = [
        (words.ratio("waiting", "some task"), |stall| {
            Some(share(&stall.some))
        }),
        (words.ratio("stalled", "all tasks"), |stall| {
            stall.full.as_ref().map(share)
        }),
        (words.time("waiting", "some task"), |stall| {
            Some(seconds(&stall.some_time))
        }),
        (words.time("stalled", "all tasks"), |stall| {
            stall.full_time.as_ref().map(seconds)
        }),
    ];
    for (family, part) in parts {
        told.family(family, reading, |family, stall| match part(stall) {
            Some(number) => family.sample(labels, number),
            None => family,
        });
    }
}
