//! The page has each registered series once, for all names and labels.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use proptest::prelude::*;
use proptest::sample::select;
use wf_exporter::Exporter;
use wf_instrument::registry::{self, RegistryError};
use wf_instrument::{Unit, wf_count, wf_gauge};

use self::support::{check_with_promtool, get};

#[derive(Clone, Copy, Debug)]
enum Kind {
    Counter,
    Gauge,
    Histogram(Unit),
}

type Labels = Vec<(&'static str, &'static str)>;

/// Registrations: mostly names that differ by what an exporter appends, and few label sets.
fn registrations() -> impl Strategy<Value = (String, Kind, Labels)> {
    let stems = select(vec![
        "any",
        "any_other",
        "sum",
        "of_code",
        "wf_any",
        "process_threads",
    ]);
    let endings = select(vec![
        "", "", "_sum", "_bucket", "_count", "_total", "_created", "_info", "_seconds", "_bytes",
    ]);
    let kinds = select(vec![
        Kind::Counter,
        Kind::Gauge,
        Kind::Histogram(Unit::Nanos),
        Kind::Histogram(Unit::Bytes),
    ]);
    let labels = select(vec![
        vec![],
        vec![],
        vec![("device", "")],
        vec![("device", "(none)")],
        vec![("device", "gpu")],
        vec![("kind", "a"), ("device", "gpu")],
        vec![("device", "gpu"), ("kind", "")],
        vec![("job", "a")],
        vec![("instance", "a"), ("device", "gpu")],
        vec![("le", "1")],
        vec![("__name__", "any")],
        vec![("device", "a"), ("device", "b")],
        vec![("model_name", "a")],
    ]);
    let name = (stems, endings).prop_map(|(stem, ending)| format!("{stem}{ending}"));
    (name, kinds, labels)
}

/// Reads a series by its handle.
type Read = Box<dyn Fn() -> f64 + Send>;

/// Each series that was registered, by its name on the page.
static REGISTERED: Mutex<BTreeMap<String, Read>> = Mutex::new(BTreeMap::new());

fn registered() -> MutexGuard<'static, BTreeMap<String, Read>> {
    REGISTERED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Registers a metric, records once, and notes the name that it must have on the page.
fn register(name: &str, kind: Kind, labels: &Labels) -> Result<(), RegistryError> {
    let (written, read): (String, Read) = match kind {
        Kind::Counter => {
            let counter = registry::counter(name, "", labels)?;
            counter.add(1);
            let total = || u32::try_from(counter.total()).unwrap().into();
            (format!("{name}_total"), Box::new(total))
        }
        Kind::Gauge => {
            let gauge = registry::gauge(name, "", labels)?;
            gauge.set(gauge.value() + 1.5);
            (name.to_owned(), Box::new(|| gauge.value()))
        }
        Kind::Histogram(unit) => {
            let recorder = registry::histogram(name, "", unit, labels)?;
            recorder.record(1);
            let count = || u32::try_from(recorder.snapshot().count()).unwrap().into();
            (format!("{name}_count"), Box::new(count))
        }
    };
    let mut labels: Vec<_> = labels
        .iter()
        .map(|&(key, value)| {
            format!(
                "{key}=\"{}\"",
                if value.is_empty() { "(none)" } else { value }
            )
        })
        .collect();
    labels.sort();
    let labels = match labels.is_empty() {
        true => String::new(),
        false => format!("{{{}}}", labels.join(",")),
    };
    registered().insert(format!("{written}{labels}"), read);
    Ok(())
}

/// The samples of a page by name and labels; asserts that each is there once.
fn samples(page: &str) -> BTreeMap<&str, f64> {
    let mut samples = BTreeMap::new();
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        let (series, value) = line.rsplit_once(' ').unwrap();
        assert!(
            !series.contains("=\"\""),
            "Prometheus ignores a label with an empty value: {line}"
        );
        let before = samples.insert(series, value.parse().unwrap());
        assert_eq!(before, None, "{series} is there twice");
    }
    samples
}

fn check(page: &str) {
    let samples = samples(page);
    for (series, value) in &*registered() {
        assert_eq!(samples.get(&**series), Some(&value()), "{series} in {page}");
    }
    let types = page.lines().filter(|line| line.starts_with("# TYPE "));
    let families: Vec<_> = types.map(|line| line.split(' ').nth(2)).collect();
    let distinct: BTreeSet<_> = families.iter().collect();
    assert_eq!(families.len(), distinct.len(), "a family is there twice");
    let conflicts = f64::from(u32::try_from(registry::conflicts().len()).unwrap());
    assert_eq!(samples.get("wf_registry_conflicts"), Some(&conflicts));
    assert_eq!(
        samples.get("wf_families_refused_total"),
        Some(&0.0),
        "{page}"
    );
}

/// Records by macros under names that are registered too. Adds 0, since such counters are summed.
fn record_by_macros() {
    wf_count!("of_code", 0);
    wf_gauge!("of_code_seconds", 1.0, labels(device = ""));
}

static EXPORTER: LazyLock<Exporter> = LazyLock::new(|| {
    let any_port = ([127, 0, 0, 1], 0);
    Exporter::builder().address(any_port).start().unwrap()
});

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_registered_series_is_on_the_page_once_or_listed(
        registrations in prop::collection::vec(registrations(), 1..12),
    ) {
        record_by_macros();
        let before = registry::conflicts().len();
        prop_assert!(before < registry::LIMIT);
        for (name, kind, labels) in &registrations {
            if register(name, *kind, labels).is_err() {
                let listed = registry::conflicts();
                let found = listed.iter().find(|conflict| *conflict.name == **name);
                prop_assert!(found.is_some_and(|conflict| conflict.refused.is_some()), "{}", name);
            }
        }
        check(&get(EXPORTER.local_addr(), "/metrics"));
    }
}

#[test]
fn promtool_reports_nothing_on_a_page_of_registered_names() {
    record_by_macros();
    for labels in [vec![], vec![("device", "")], vec![("device", "gpu")]] {
        register("any_reads", Kind::Counter, &labels).unwrap();
        register("any_load_seconds", Kind::Histogram(Unit::Nanos), &labels).unwrap();
    }
    check_with_promtool(&get(EXPORTER.local_addr(), "/metrics"));
}
