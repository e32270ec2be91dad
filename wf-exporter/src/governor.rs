//! The governor on the endpoint: set points and moves can be graphed, and alerts can fire on
//! flapping.

use wf_govern::{Actions, Bottleneck, Cause, Governor, Mode, Scores, Status, Targets};
use wf_instrument::{BaseUnit, Nanos};

use crate::buckets::to_f64;
use crate::column::Column;
use crate::descriptor::{Descriptor, LabelKey, Source, names};
use crate::families::Families;
use crate::family::{Family, FamilyError};

/// A collector of a governor's state and moves.
///
/// The bottleneck and its score, the targets, the set point of each knob, the moves by knob,
/// direction and reason, and the duration of the last tick: the families of
/// [`Source::Governor`](crate::catalog::Source::Governor). Takes a lock for a few microseconds a
/// scrape and never waits for a knob.
///
/// The collector keeps the governor running for as long as the exporter runs.
///
/// ```
/// use wf_exporter::{Exporter, governor};
/// use wf_govern::Governor;
///
/// let governing = Governor::builder().start()?;
/// let exporter = Exporter::builder()
///     .address(([127, 0, 0, 1], 0))
///     .collector(governor(governing))
///     .start()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn governor(
    governor: Governor,
) -> impl FnMut(&mut Families) -> Result<(), FamilyError> + Send + 'static {
    move |families| {
        let targets = targets(governor.targets());
        let state = state(&governor.status(), &governor.actions());
        families.add_all([targets].into_iter().chain(state))
    }
}

/// The rows of the catalogue that are filled here.
pub(crate) fn rows() -> impl Iterator<Item = &'static Descriptor> {
    let columns = COLUMNS.iter().map(|column| &column.family);
    columns.chain([
        &BOTTLENECK,
        &BOTTLENECK_PLAIN,
        &SCORE,
        &TARGET,
        &SET_POINT,
        &ACTIONS,
    ])
}

/// The families of a governor's state and moves.
pub(crate) fn state(status: &Status, actions: &[Actions]) -> Vec<Family> {
    let columns = COLUMNS
        .iter()
        .map(|column| Family::of(&column.family).sample(&[], column.read(status)));
    let others = [
        verdict(&BOTTLENECK, status.diagnosis.bottleneck),
        verdict(&BOTTLENECK_PLAIN, status.diagnosis.by_threshold),
        scores(&status.diagnosis.scores),
        set_points(status),
        moves(actions),
    ];
    others.into_iter().chain(columns).collect()
}

/// A target that is not set has no series.
pub(crate) fn targets(targets: Targets) -> Family {
    let each = [
        (TTFT, targets.time_to_first_token),
        (INTER_TOKEN, targets.inter_token_latency),
    ];
    let set = each
        .iter()
        .filter_map(|(slo, limit)| Some((slo, (*limit)?)));
    set.fold(Family::of(&TARGET), |family, (slo, limit)| {
        family.sample(&[("slo", slo)], limit.as_secs())
    })
}

fn verdict(row: &'static Descriptor, verdict: Bottleneck) -> Family {
    Bottleneck::ALL
        .iter()
        .fold(Family::of(row), |family, class| {
            let holds = f64::from(*class == verdict);
            family.sample(&[("class", class.as_str())], holds)
        })
}

/// A score that is not known has no series.
fn scores(scores: &Scores) -> Family {
    let each = [
        (Bottleneck::Memory, scores.memory),
        (Bottleneck::Io, scores.io),
        (Bottleneck::Gpu, scores.gpu),
        (Bottleneck::Cpu, scores.cpu),
        (Bottleneck::Ui, scores.ui),
    ];
    let known = each
        .iter()
        .filter_map(|(class, score)| Some((class, (*score)?)));
    known.fold(Family::of(&SCORE), |family, (class, score)| {
        family.sample(&[("class", class.as_str())], score)
    })
}

/// A knob that cannot be read has no series: its last value may no longer hold.
fn set_points(status: &Status) -> Family {
    let readable = status.knobs.iter().filter(|knob| knob.is_usable());
    readable.fold(Family::of(&SET_POINT), |family, knob| {
        family.sample(&[("knob", &*knob.name)], to_f64(knob.value))
    })
}

fn moves(actions: &[Actions]) -> Family {
    actions.iter().fold(Family::of(&ACTIONS), |family, action| {
        let labels = [
            ("knob", &*action.knob),
            ("direction", action.direction),
            ("reason", action.cause.as_str()),
        ];
        family.sample(&labels, to_f64(action.count))
    })
}

const fn gauge(name: &'static str, help: &'static str) -> Descriptor {
    Descriptor::gauge(Source::Governor, name, help)
}

/// Values of the label `slo`: the quantity that has a target.
const TTFT: &str = "ttft";
const INTER_TOKEN: &str = "inter_token";

const CLASS: [LabelKey; 1] = [LabelKey::one_of("class", names!(Bottleneck::ALL))];

static COLUMNS: &[Column<Status>] = &[
    Column::number(
        gauge(
            "wf_governor_enabled",
            "1 if the governor moves knobs, 0 if it is advisory, paused or stopped.",
        ),
        |status| f64::from(status.mode == Mode::Active),
    ),
    Column::number(
        gauge(
            "wf_governor_decision_seconds",
            "Duration of the governor's last tick, moves of knobs included.",
        )
        .unit(BaseUnit::Seconds),
        |status| status.tick_duration.map_or(f64::NAN, Nanos::as_secs),
    ),
];

static BOTTLENECK: Descriptor = gauge(
    "wf_bottleneck",
    "1 for the saturated resource (bottleneck). It changes when several ticks agree.",
)
.labels(&CLASS);

static BOTTLENECK_PLAIN: Descriptor = gauge(
    "wf_bottleneck_plain",
    "1 for the saturated resource by fixed thresholds: the first that is exceeded.",
)
.labels(&CLASS);

static SCORE: Descriptor = gauge(
    "wf_bottleneck_score_ratio",
    "Saturation of a resource relative to its threshold: 1 is at the threshold.",
)
.unit(BaseUnit::Ratio)
.labels(&CLASS);

static TARGET: Descriptor = gauge(
    "wf_governor_target_seconds",
    "Target of the governor: TTFT of nine of ten requests (ttft), mean inter-token latency \
     (inter_token).",
)
.unit(BaseUnit::Seconds)
.labels(&[LabelKey::one_of("slo", &[TTFT, INTER_TOKEN])]);

static SET_POINT: Descriptor =
    gauge("wf_governor_setpoint", "Current value of each knob.").labels(&[LabelKey::any("knob")]);

static ACTIONS: Descriptor = Descriptor::counter(
    Source::Governor,
    "wf_governor_actions_total",
    "Moves of each knob, by direction and reason.",
)
.labels(&[
    LabelKey::any("knob"),
    LabelKey::one_of("direction", &["up", "down"]),
    LabelKey::one_of("reason", names!(Cause::MOVES)),
]);

#[cfg(test)]
mod tests {
    use wf_govern::knob::Knob;

    use super::*;
    use crate::text::encode;

    fn page(status: &Status, actions: &[Actions]) -> String {
        let mut families = Families::default();
        families.add_all(state(status, actions)).unwrap();
        encode(&families, 0)
    }

    #[test]
    fn set_points_and_moves_are_exported() {
        let mut knob = Knob::concurrency(1..=64, || 12, Ok);
        let mut status = Status::default();
        status.knobs = vec![knob.position()];
        status.tick_duration = Some(Nanos::from_millis(1));
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
            concat!(
                "wf_governor_actions_total",
                "{direction=\"up\",knob=\"concurrency\",reason=\"head_room\"} 3\n",
            ),
            "wf_governor_decision_seconds 0.001\n",
        ] {
            assert!(page.contains(line), "{line} in {page}");
        }
    }

    #[test]
    fn targets_are_there_from_the_start() {
        let governing = Governor::builder()
            .target_inter_token_latency(std::time::Duration::from_millis(20))
            .start()
            .unwrap();
        let mut families = Families::default();
        governor(governing)(&mut families).unwrap();
        let page = encode(&families, 0);
        let line = "\nwf_governor_target_seconds{slo=\"inter_token\"} 0.02\n";
        assert!(page.contains(line), "{page}");
        assert!(!page.contains("slo=\"ttft\""), "{page}");
    }

    #[test]
    fn a_stopped_governor_is_not_enabled() {
        let governing = Governor::builder().start().unwrap();
        governing.stop();
        let page = page(&governing.status(), &[]);
        assert!(page.contains("wf_governor_enabled 0\n"), "{page}");
    }

    #[test]
    fn both_verdicts_and_their_scores_are_exported() {
        let mut status = Status::default();
        status.diagnosis.bottleneck = Bottleneck::Memory;
        status.diagnosis.by_threshold = Bottleneck::Cpu;
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
    fn a_family_that_clashes_costs_no_other() {
        let governing = Governor::builder()
            .target_inter_token_latency(std::time::Duration::from_millis(20))
            .start()
            .unwrap();
        let mut families = Families::default();
        for (name, label, value) in [
            ("wf_governor_target_seconds", "slo", INTER_TOKEN),
            ("wf_bottleneck", "class", "memory_bound"),
        ] {
            let taken = Family::gauge(name, "").sample(&[(label, value)], 1.0);
            families.add(taken).unwrap();
        }
        let first = governor(governing)(&mut families).unwrap_err().to_string();
        assert!(first.contains("wf_governor_target_seconds"), "{first}");
        let page = encode(&families, 0);
        assert!(page.contains("\nwf_bottleneck_plain{"), "{page}");
        assert!(page.contains("\nwf_governor_enabled "), "{page}");
    }

    #[test]
    fn an_advisory_governor_is_not_enabled_and_an_unreadable_knob_has_no_series() {
        let mut broken = Knob::concurrency(1..=64, || panic!("torn"), Ok);
        let mut status = Status::default();
        status.mode = Mode::Advisory;
        status.knobs = vec![broken.position()];
        let page = page(&status, &[]);
        assert!(page.contains("wf_governor_enabled 0\n"), "{page}");
        assert!(!page.contains("setpoint{"), "{page}");
        assert!(
            !page.contains("decision"),
            "no tick took any time yet: {page}"
        );
    }
}
