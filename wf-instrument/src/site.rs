//! The places in the code that measure: static descriptors with their storage, known before the first call.
//!
//! Their constructors are for macro expansions, which also put them on the list: one that is not there is never shown.

mod list;
mod metrics;

pub use self::list::Entry;
pub(crate) use self::list::listed;
pub use self::metrics::{CounterSite, GaugeSite};

use crate::counter::Counter;
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
    /// Named `name`; `help` says what it is for.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, help: &'static str) -> Self {
        Self {
            name,
            help,
            series: Family::new(SpanSeries::new()),
        }
    }

    /// Each call carries values of `labels`, in their order: by [`SpanSite::enter_with`] and
    /// [`SpanSite::start_with`]. There is no series before the first of them, unless they are
    /// [`SpanSite::known`].
    #[doc(hidden)]
    #[must_use]
    pub const fn labelled(mut self, labels: &'static [&'static str]) -> Self {
        self.series.label(labels);
        self
    }

    /// Every call carries these values of the labels: its series is there before the first of them.
    #[doc(hidden)]
    #[must_use]
    pub const fn known(mut self, values: &'static [&'static str]) -> Self {
        self.series.know(values);
        self
    }
}

/// A function that answers requests with tokens.
#[derive(Debug)]
pub struct GenerationSite {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) target: Option<Target>,
    /// Whether each call names its model.
    pub(crate) by_model: bool,
    /// The plain one has the requests of which the code says nothing; the first value of a set is the model.
    pub(crate) series: Family<GenerationSeries>,
}

impl GenerationSite {
    /// Named `name`; `help` says what it is for, `target` how soon the first token is promised.
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

    /// Each call names its model: there is no series before the first of them.
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

    /// Each request carries values of `labels`, in their order, behind its model: by
    /// [`GenerationSite::arrive_with`]. There is no series before the first of them.
    #[doc(hidden)]
    #[must_use]
    pub const fn labelled(mut self, labels: &'static [&'static str]) -> Self {
        self.series.label(labels);
        self
    }

    /// Every request carries these values of the labels: its series is there before the first of
    /// them.
    #[doc(hidden)]
    #[must_use]
    pub const fn known(mut self, values: &'static [&'static str]) -> Self {
        self.series.know(values);
        self
    }
}

/// A function that draws a picture.
#[derive(Debug)]
pub struct FrameSite {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) target_fps: f64,
    pub(crate) series: Family<FrameSeries>,
    /// When [`FrameSite::shown`] was last called, in ticks; 0 before.
    pub(crate) last_shown: AtomicU64,
}

impl FrameSite {
    /// Named `name`; `help` says what it is for, `target_fps` how many pictures a second are promised (0: none are).
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

    /// Each picture carries values of `labels`, in their order: by [`FrameSite::enter_with`]. There
    /// is no series before the first of them.
    #[doc(hidden)]
    #[must_use]
    pub const fn labelled(mut self, labels: &'static [&'static str]) -> Self {
        self.series.label(labels);
        self
    }

    /// Every picture carries these values of the labels: its series is there before the first of
    /// them.
    #[doc(hidden)]
    #[must_use]
    pub const fn known(mut self, values: &'static [&'static str]) -> Self {
        self.series.know(values);
        self
    }
}

impl SiteRef {
    /// How many values the site declares and how many events brought another number.
    pub(crate) fn mislabelled(&self) -> (usize, u64) {
        match self {
            Self::Span(site) => (site.series.width(), site.series.mislabelled()),
            Self::Generation(site) => (site.series.width(), site.series.mislabelled()),
            Self::Frame(site) => (site.series.width(), site.series.mislabelled()),
            Self::Counter(site) => (site.counter.width(), site.counter.mislabelled()),
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
    /// A function that answers requests with tokens.
    Generation(&'static GenerationSite),
    /// A function that draws a picture.
    Frame(&'static FrameSite),
    /// A place that counts.
    Counter(&'static CounterSite),
    /// A place that sets a value.
    Gauge(&'static GaugeSite),
}

impl SiteRef {
    /// Forgets all but the calls and requests that the owner of slot `mine` has under way. Only in
    /// a process that has just been forked.
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
            Self::Counter(site) => site.counter.all().for_each(Counter::reset_after_fork),
            // Gauges of one name share a value, which the registry keeps.
            Self::Gauge(_) => {}
        }
    }
}

impl FrameSite {
    /// The series of pictures with these values of the site's labels.
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

/// The time for one picture, rounded to nanoseconds; zero where none is promised.
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
