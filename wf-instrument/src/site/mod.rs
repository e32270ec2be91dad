//! Sites: static descriptors of measured code with their storage, known before the first call.
//!
//! Their constructors are for macro expansions, which also put them on the list: a site that is not
//! on the list is in no snapshot.

mod list;

use std::sync::OnceLock;

pub use self::list::Entry;
pub(crate) use self::list::listed;

use crate::counter::Counter;
use crate::gauge::Gauge;
use crate::labels::LabelTable;
use crate::series::{Family, FrameSeries, GenerationSeries, SpanSeries};
use crate::slo::Target;
use crate::sync::{AtomicU64, Ordering};
use crate::units::Nanos;

/// A measured function.
#[derive(Debug)]
pub struct SpanSite {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) series: Family<SpanSeries>,
}

impl SpanSite {
    /// A site that is called `name`; `help` describes it.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, help: &'static str) -> Self {
        Self {
            name,
            help,
            series: Family::new(SpanSeries::new()),
        }
    }
}

/// A function that serves requests with tokens.
#[derive(Debug)]
pub struct GenerationSite {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) target: Option<Target>,
    /// Each request names its model.
    pub(crate) by_model: bool,
    /// The plain series has the requests that name no model; the first value of a set is the model.
    pub(crate) series: Family<GenerationSeries>,
}

impl GenerationSite {
    /// A site that is called `name`; `help` describes it, `target` is the objective for the time to
    /// first token.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, help: &'static str, target: Option<Target>) -> Self {
        Self {
            name,
            help,
            target,
            by_model: false,
            series: Family::of_models(GenerationSeries::new()),
        }
    }

    /// A site whose requests each name their model: there is no series before the first of them.
    #[doc(hidden)]
    #[must_use]
    pub const fn by_model(help: &'static str, target: Option<Target>) -> Self {
        Self {
            name: "",
            help,
            target,
            by_model: true,
            series: Family::of_models(GenerationSeries::new()),
        }
    }
}

/// A function that draws a frame.
#[derive(Debug)]
pub struct FrameSite {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) target_fps: f64,
    pub(crate) series: Family<FrameSeries>,
    /// Time of the last call of [`FrameSite::shown`], in ticks; 0 before the first.
    pub(crate) last_shown: AtomicU64,
}

impl FrameSite {
    /// A site that is called `name`; `help` describes it, `target_fps` is the target in frames per
    /// second (0: no target).
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, help: &'static str, target_fps: f64) -> Self {
        Self {
            name,
            help,
            target_fps,
            series: Family::new(FrameSeries::new(budget(target_fps))),
            last_shown: AtomicU64::new(0),
        }
    }
}

/// A site that counts.
#[derive(Debug)]
pub struct CounterSite {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) series: Family<Counter>,
}

impl CounterSite {
    /// A site that is called `name`, without `_total`; `help` describes the count.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, help: &'static str) -> Self {
        Self {
            name,
            help,
            series: Family::new(Counter::new()),
        }
    }
}

/// The labels of a site whose series are a family.
macro_rules! labels {
    ($($site:ident)*) => {$(
        impl $site {
            /// Gives each event values of `labels`, in their order: those of the method whose name
            /// ends in `_with`. There is no series before the first of them, unless they are
            /// `known`.
            #[doc(hidden)]
            #[must_use]
            pub const fn labelled(mut self, labels: &'static [&'static str]) -> Self {
                self.series.label(labels);
                self
            }

            /// Gives every event these values of the labels: their series exists before the first
            /// of them.
            #[doc(hidden)]
            #[must_use]
            pub const fn known(mut self, values: &'static [&'static str]) -> Self {
                self.series.know(values);
                self
            }
        }
    )*};
}
labels!(SpanSite GenerationSite FrameSite CounterSite);

/// A site that sets a value. Gauges of one name share the value, which the registry keeps.
#[derive(Debug)]
pub struct GaugeSite {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) labels: &'static [&'static str],
    pub(crate) gauge: OnceLock<Option<&'static Gauge>>,
    pub(crate) sets: LabelTable<Option<&'static Gauge>>,
}

impl GaugeSite {
    /// A site that is called `name`; `help` describes the value.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, help: &'static str) -> Self {
        Self {
            name,
            help,
            labels: &[],
            gauge: OnceLock::new(),
            sets: LabelTable::new(),
        }
    }

    /// Gives each value values of `labels`, in their order: by [`GaugeSite::set_with`].
    #[doc(hidden)]
    #[must_use]
    pub const fn labelled(mut self, labels: &'static [&'static str]) -> Self {
        self.labels = labels;
        self
    }
}

impl SiteRef {
    /// Number of values the site declares, and number of events that brought another number.
    pub(crate) fn mislabelled(&self) -> (usize, u64) {
        match self {
            Self::Span(site) => (site.series.width(), site.series.mislabelled()),
            Self::Generation(site) => (site.series.width(), site.series.mislabelled()),
            Self::Frame(site) => (site.series.width(), site.series.mislabelled()),
            Self::Counter(site) => (site.series.width(), site.series.mislabelled()),
            // Its labels are those of its only caller, a macro.
            Self::Gauge(_) => (0, 0),
        }
    }
}

/// A site of any kind, as the list has them.
#[derive(Clone, Copy, Debug)]
pub enum SiteRef {
    /// A measured function.
    Span(&'static SpanSite),
    /// A function that serves requests with tokens.
    Generation(&'static GenerationSite),
    /// A function that draws a frame.
    Frame(&'static FrameSite),
    /// A site that counts.
    Counter(&'static CounterSite),
    /// A site that sets a value.
    Gauge(&'static GaugeSite),
}

impl SiteRef {
    /// Forgets all but the calls and requests of the owner of slot `mine` that are in flight. Only
    /// in a process that has just been forked.
    pub(crate) fn reset_after_fork(&self, mine: usize) {
        match self {
            Self::Span(site) => site
                .series
                .all()
                .for_each(|series| series.reset_after_fork(mine)),
            Self::Generation(site) => site
                .series
                .all()
                .for_each(|series| series.reset_after_fork(mine)),
            Self::Frame(site) => {
                site.series.all().for_each(FrameSeries::reset_after_fork);
                // Relaxed: the child has one thread.
                site.last_shown.store(0, Ordering::Relaxed);
            }
            Self::Counter(site) => site.series.all().for_each(Counter::reset_after_fork),
            // Gauges of one name share a value, which the registry keeps.
            Self::Gauge(_) => {}
        }
    }
}

impl FrameSite {
    /// The series of frames with these values of the site's labels.
    pub(crate) fn of(&self, values: &[&str]) -> &FrameSeries {
        self.series.of(values, || self.empty())
    }

    /// Makes the series of the values that the code names.
    pub(crate) fn begin(&self) {
        self.series.begin(&[], || self.empty());
    }

    const fn empty(&self) -> FrameSeries {
        FrameSeries::new(budget(self.target_fps))
    }
}

/// The time for one frame, rounded down to nanoseconds; zero without a target.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates, and a senseless target becomes no budget"
)]
const fn budget(target_fps: f64) -> Nanos {
    if target_fps > 0.0 {
        Nanos::new((1e9 / target_fps) as u64)
    } else {
        Nanos::ZERO
    }
}
