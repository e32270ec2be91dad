//! The governor on the endpoint: every set point and every move can be graphed, and alerts can fire on flapping.

use std::sync::Arc;

use wf_instrument::govern::{Actions, Class, Governor, Mode, Scores, Status, Targets};

use crate::bounds::to_f64;
use crate::families::{Families, Family, FamilyError};

/// A collector over where a governor stands and what it did.
///
/// `wf_bottleneck` and `wf_bottleneck_plain` by class, the one by our rule and the other by the
/// playbook's, `wf_bottleneck_score_ratio`, `wf_governor_enabled`, `wf_governor_target_seconds` by
/// objective, `wf_governor_setpoint` of each knob, `wf_governor_actions_total` by knob, direction
/// and reason, and `wf_governor_decision_seconds`, the time that the last tick took. It never waits
/// for a knob.
///
/// The collector keeps the governor running for as long as the exporter runs.
///
/// ```
/// use std::sync::Arc;
/// use wf_exporter::{Exporter, governor};
/// use wf_instrument::govern::Governor;
///
/// let governing = Arc::new(Governor::builder().start()?);
/// let exporter = Exporter::builder()
///     .address(([127, 0, 0, 1], 0))
///     .collector(governor(governing))
///     .start()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn governor(
    governor: Arc<Governor>,
) -> impl FnMut(&mut Families) -> Result<(), FamilyError> + Send + 'static {
    move |families| {
        families.add(targets(governor.targets()))?;
        collect(&governor.status(), &governor.actions(), families)
    }
}

pub(crate) fn collect(
    status: &Status,
    actions: &[Actions],
    families: &mut Families,
) -> Result<(), FamilyError> {
    families.add(verdict(
        "wf_bottleneck",
        "1 for what there is too little of, entered and left slowly.",
        status.diagnosis.class,
    ))?;
    families.add(verdict(
        "wf_bottleneck_plain",
        "1 for what there is too little of by the playbook's rule, first match wins.",
        status.diagnosis.plain,
    ))?;
    families.add(scores(&status.diagnosis.scores))?;
    families.add(enabled(status))?;
    families.add(set_points(status))?;
    families.add(moves(actions))?;
    match status.cost {
        Some(cost) => families.add(
            Family::gauge(
                "wf_governor_decision_seconds",
                "Time that the governor's last tick took, moves included.",
            )
            .sample(&[], cost.as_secs()),
        ),
        None => Ok(()),
    }
}

fn verdict(name: &str, help: &'static str, verdict: Class) -> Family {
    Class::ALL
        .iter()
        .fold(Family::gauge(name, help), |family, class| {
            let holds = f64::from(u8::from(*class == verdict));
            family.sample(&[("class", class.as_str())], holds)
        })
}

/// What cannot be told has no series.
fn scores(scores: &Scores) -> Family {
    let family = Family::gauge(
        "wf_bottleneck_score_ratio",
        "How near a resource is to its threshold: 1 is at it.",
    );
    let each = [
        (Class::MemoryBound, scores.memory),
        (Class::IoBound, scores.io),
        (Class::GpuBound, scores.gpu),
        (Class::CpuBound, scores.cpu),
        (Class::UiBound, scores.ui),
    ];
    let known = each
        .iter()
        .filter_map(|(class, score)| Some((class, (*score)?)));
    known.fold(family, |family, (class, score)| {
        family.sample(&[("class", class.as_str())], score)
    })
}

fn enabled(status: &Status) -> Family {
    let active = status.mode == Mode::Active;
    Family::gauge("wf_governor_enabled", "Whether the governor moves knobs.")
        .sample(&[], f64::from(u8::from(active)))
}

/// A target that is not set has no series.
pub(crate) fn targets(targets: Targets) -> Family {
    let family = Family::gauge(
        "wf_governor_target_seconds",
        "Limit that the governor keeps: of the TTFT of nine of ten requests (ttft), of the mean time between tokens (inter_token).",
    );
    let each = [
        ("ttft", targets.time_to_first_token),
        ("inter_token", targets.inter_token),
    ];
    let given = each
        .iter()
        .filter_map(|(slo, limit)| Some((slo, (*limit)?)));
    given.fold(family, |family, (slo, limit)| {
        family.sample(&[("slo", slo)], limit.as_secs())
    })
}

/// A knob that cannot be read has no series: its last value is not where it stands.
fn set_points(status: &Status) -> Family {
    let family = Family::gauge("wf_governor_setpoint", "Where each knob stands.");
    let readable = status.knobs.iter().filter(|knob| knob.usable);
    readable.fold(family, |family, knob| {
        family.sample(&[("knob", &*knob.name)], to_f64(knob.value))
    })
}

fn moves(actions: &[Actions]) -> Family {
    let family = Family::counter(
        "wf_governor_actions",
        "Moves of each knob, by direction and reason.",
    );
    actions.iter().fold(family, |family, action| {
        let labels = [
            ("knob", &*action.knob),
            ("direction", action.direction),
            ("reason", action.cause.as_str()),
        ];
        family.sample(&labels, to_f64(action.count))
    })
}

#[cfg(test)]
mod tests {
    use wf_instrument::Nanos;
    use wf_instrument::govern::Cause;
    use wf_instrument::knob::Knob;

    use super::*;
    use crate::text::encode;

    fn page(status: &Status, actions: &[Actions]) -> String {
        let mut families = Families::default();
        collect(status, actions, &mut families).unwrap();
        encode(&families, 0)
    }

    #[test]
    fn set_points_and_moves_are_told() {
        let mut knob = Knob::concurrency(1..=64, || 12, Ok);
        let status = Status {
            knobs: vec![knob.position()],
            cost: Some(Nanos::from_millis(1)),
            ..Status::default()
        };
        let actions = [Actions {
            knob: "concurrency".into(),
            direction: "up",
            cause: Cause::HeadRoom,
            count: 3,
        }];
        let page = page(&status, &actions);
        for line in [
            "wf_governor_enabled 1\n",
            "wf_governor_setpoint{knob=\"concurrency\"} 12\n",
            "wf_governor_actions_total{direction=\"up\",knob=\"concurrency\",reason=\"head_room\"} 3\n",
            "wf_governor_decision_seconds 0.001\n",
        ] {
            assert!(page.contains(line), "{line} in {page}");
        }
    }

    #[test]
    fn targets_are_there_from_the_start() {
        let governing = Governor::builder()
            .target_inter_token(std::time::Duration::from_millis(20))
            .start()
            .unwrap();
        let mut families = Families::default();
        governor(Arc::new(governing))(&mut families).unwrap();
        let page = encode(&families, 0);
        let line = "\nwf_governor_target_seconds{slo=\"inter_token\"} 0.02\n";
        assert!(page.contains(line), "{page}");
        assert!(!page.contains("slo=\"ttft\""), "{page}");
    }

    #[test]
    fn both_verdicts_and_what_they_rest_on_are_told() {
        let mut status = Status::default();
        status.diagnosis.class = Class::MemoryBound;
        status.diagnosis.plain = Class::CpuBound;
        status.diagnosis.scores.memory = Some(1.25);
        let page = page(&status, &[]);
        for line in [
            "wf_bottleneck{class=\"memory_bound\"} 1\n",
            "wf_bottleneck{class=\"cpu_bound\"} 0\n",
            "wf_bottleneck_plain{class=\"cpu_bound\"} 1\n",
            "wf_bottleneck_score_ratio{class=\"memory_bound\"} 1.25\n",
        ] {
            assert!(page.contains(line), "{line} in {page}");
        }
        assert!(!page.contains("score_ratio{class=\"gpu"), "{page}");
    }

    #[test]
    fn a_dry_run_is_not_enabled_and_an_unreadable_knob_has_no_series() {
        let mut broken = Knob::concurrency(1..=64, || panic!("torn"), Ok);
        let status = Status {
            mode: Mode::Advisory,
            knobs: vec![broken.position()],
            ..Status::default()
        };
        let page = page(&status, &[]);
        assert!(page.contains("wf_governor_enabled 0\n"), "{page}");
        assert!(!page.contains("setpoint{"), "{page}");
        assert!(
            !page.contains("decision"),
            "no tick took any time yet: {page}"
        );
    }
}
