//! The table of readings: name, unit, kind and description of each value, in one place.
//!
//! Each group of readings is declared by [`group!`]: one row makes the field of the struct, its
//! entry in the table, and its visit. A value that consists of several numbers declares them by
//! [`parts!`]. One more reading is one more row, and the line where it is parsed.

use std::time::{SystemTime, UNIX_EPOCH};

use wf_instrument::{BaseUnit, Bytes, Celsius, Hertz, Joules, Nanos, PerSecond, Ratio, Watts};

use crate::number::to_f64;
use crate::reading::Reading;

/// One row of the table: a reading, and the numbers in its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// Name of the sensor, which is up or down as a whole.
    pub sensor: &'static str,
    /// Name of the value, without unit. Where it has parts, their names begin with it.
    pub name: &'static str,
    /// Description: one sentence.
    pub help: &'static str,
    /// The numbers in the value; none where it holds none.
    pub parts: &'static [Part],
}

/// One number in the value of a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// Name after the row's; empty if the row has one number.
    pub name: &'static str,
    /// Labels that distinguish numbers of the same name.
    pub labels: &'static [(&'static str, &'static str)],
    /// Counter or gauge.
    pub kind: Kind,
    /// Unit of the number.
    pub unit: BaseUnit,
    /// Description, in which `{}` stands for the row's; empty if the row's says it all.
    pub help: &'static str,
}

/// Kind of a number: a counter or a gauge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A total that only grows, until it begins again from 0.
    Counter,
    /// A value that goes up and down.
    Gauge,
}

/// A reading beside its row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    row: &'static Row,
    reading: &'a dyn Sensor,
}

impl<'a> Entry<'a> {
    pub(crate) const fn new(row: &'static Row, reading: &'a dyn Sensor) -> Self {
        Self { row, reading }
    }

    /// The row of the table.
    #[must_use]
    pub const fn row(&self) -> &'static Row {
        self.row
    }

    /// Returns the time of the reading, or the reason why it was not read.
    #[must_use]
    pub fn state(&self) -> Reading<()> {
        self.reading.state()
    }

    /// Calls `report` with each number that is present. Allocates nothing.
    pub fn numbers(&self, mut report: impl FnMut(&'static Part, f64)) {
        let parts = self.row.parts;
        self.reading
            .numbers(&mut |part, number| report(&parts[part], number));
    }
}

impl Part {
    /// The only number of a row.
    pub(crate) const fn only(
        kind: Kind,
        unit: BaseUnit,
        labels: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            name: "",
            labels,
            kind,
            unit,
            help: "",
        }
    }
}

/// A field of a group: its state, and its numbers by their place among the row's parts.
pub(crate) trait Sensor: std::fmt::Debug {
    fn state(&self) -> Reading<()>;
    fn numbers(&self, report: &mut dyn FnMut(usize, f64));
}

impl<T: Value> Sensor for Reading<T> {
    fn state(&self) -> Reading<()> {
        self.as_ref().map(|_| ())
    }

    fn numbers(&self, report: &mut dyn FnMut(usize, f64)) {
        if let Some(value) = self.value() {
            value.numbers(report);
        }
    }
}

/// The type of a field of a group, as far as its row follows from it.
pub(crate) trait Field: Sensor {
    const UNIT: BaseUnit;
    const PARTS: &'static [Part];
}

impl<T: Value> Field for Reading<T> {
    const UNIT: BaseUnit = T::UNIT;
    const PARTS: &'static [Part] = T::PARTS;
}

/// A value that is read: one number with a unit, or several parts.
pub(crate) trait Value: std::fmt::Debug {
    const UNIT: BaseUnit = BaseUnit::None;
    const PARTS: &'static [Part] = &[];

    fn numbers(&self, report: &mut dyn FnMut(usize, f64));
}

impl<T: Value> Value for Option<T> {
    const UNIT: BaseUnit = T::UNIT;

    fn numbers(&self, report: &mut dyn FnMut(usize, f64)) {
        if let Some(value) = self {
            value.numbers(report);
        }
    }
}

/// `u64::MAX` stands for no bound, which no number is.
impl Value for u64 {
    fn numbers(&self, report: &mut dyn FnMut(usize, f64)) {
        if *self != Self::MAX {
            report(0, to_f64(*self));
        }
    }
}

/// The seconds since the Unix epoch.
impl Value for SystemTime {
    const UNIT: BaseUnit = BaseUnit::Seconds;

    fn numbers(&self, report: &mut dyn FnMut(usize, f64)) {
        if let Ok(since) = self.duration_since(UNIX_EPOCH) {
            report(0, since.as_secs_f64());
        }
    }
}

/// Values of one number that is always there.
macro_rules! number {
    ($($type:ty: $unit:ident = $number:expr;)+) => {$(
        impl Value for $type {
            const UNIT: BaseUnit = BaseUnit::$unit;

            fn numbers(&self, report: &mut dyn FnMut(usize, f64)) {
                let number: fn(&Self) -> f64 = $number;
                report(0, number(self));
            }
        }
    )+};
}

number! {
    f64: None = |number| *number;
    Bytes: Bytes = |bytes| to_f64(bytes.get());
    Celsius: Celsius = |degrees| degrees.get();
    Hertz: Hertz = |clock| to_f64(clock.get());
    Joules: Joules = |energy| energy.get();
    Nanos: Seconds = |span| span.as_secs();
    PerSecond: BytesPerSecond = |rate| rate.get();
    Ratio: Ratio = |share| share.get();
    Watts: Watts = |power| power.get();
}

/// Declares a struct of readings: `field: Type = kind "name", "description";` for each.
///
/// `kind` is `gauge`, `counter`, or `parts` for a type that [`parts!`] describes. After the name
/// come, if there are any: `as` a unit that does not follow from the type; in brackets, the name of
/// the sensor, if it is not the value's; in braces, labels. The description is the first line of
/// the field's docs, which may have more. Fields that are no readings come first; what is
/// deserialized must have them.
macro_rules! group {
    (
        $(#[$doc:meta])*
        $group:ident {
            $(@with { $($(#[$plain_doc:meta])* $plain:ident: $plain_type:ty,)+ })?
            $(
                $(#[$more:meta])*
                $field:ident: $type:ty = $kind:ident $name:literal $(as $unit:ident)?
                    $([$sensor:literal])? $({ $($label:ident = $value:literal),+ })?, $help:literal;
            )+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub struct $group {
            $($($(#[$plain_doc])* pub $plain: $plain_type,)+)?
            $(
                #[doc = $help]
                #[doc = ""]
                $(#[$more])*
                #[cfg_attr(feature = "serde", serde(default))]
                pub $field: $type,
            )+
        }

        impl $crate::table::Group for $group {
            const ROWS: &'static [$crate::table::Row] = &[$($crate::table::Row {
                sensor: $crate::table::sensor(&[$($sensor,)? $name]),
                name: $name,
                help: $help,
                parts: $crate::table::row_parts!(
                    $kind $type, [$($unit)?], &[$($((stringify!($label), $value)),+)?]
                ),
            }),+];

            fn entries<'a>(&'a self, into: &mut Vec<$crate::table::Entry<'a>>) {
                let Self { $($($plain: _,)+)? $($field),+ } = self;
                let readings: &[&dyn $crate::table::Sensor] = &[$($field),+];
                let rows = Self::ROWS.iter().zip(readings);
                into.extend(rows.map(|(row, reading)| $crate::table::Entry::new(row, *reading)));
            }
        }
    };
}

/// The parts of a row of this kind, type and unit, if another than the type's.
macro_rules! row_parts {
    (gauge $type:ty, $unit:tt, $labels:expr) => {
        $crate::table::row_parts!(@only Gauge, $type, $unit, $labels)
    };
    (counter $type:ty, $unit:tt, $labels:expr) => {
        $crate::table::row_parts!(@only Counter, $type, $unit, $labels)
    };
    (parts $type:ty, [], &[]) => {
        <$type as $crate::table::Field>::PARTS
    };
    (@only $kind:ident, $type:ty, [], $labels:expr) => {
        &[$crate::table::Part::only(
            $crate::table::Kind::$kind,
            <$type as $crate::table::Field>::UNIT,
            $labels,
        )]
    };
    (@only $kind:ident, $type:ty, [$unit:ident], $labels:expr) => {
        &[$crate::table::Part::only(
            $crate::table::Kind::$kind,
            wf_instrument::BaseUnit::$unit,
            $labels,
        )]
    };
}

/// Declares the parts of a value: `kind "name": Type, "description", |value| number;` for each.
macro_rules! parts {
    ($type:ty {
        $(
            $kind:ident $name:literal $({ $($label:ident = $value:literal),+ })?: $part:ty,
                $help:literal, |$this:ident| $number:expr;
        )+
    }) => {
        impl $crate::table::Value for $type {
            const PARTS: &'static [$crate::table::Part] = &[$($crate::table::Part {
                name: $name,
                labels: &[$($((stringify!($label), $value)),+)?],
                kind: $crate::table::Kind::$kind,
                unit: <$part as $crate::table::Value>::UNIT,
                help: $help,
            }),+];

            fn numbers(&self, report: &mut dyn FnMut(usize, f64)) {
                let mut at = 0;
                $(
                    let $this = self;
                    let part: $part = $number;
                    $crate::table::Value::numbers(&part, &mut |_, number| report(at, number));
                    at += 1;
                )+
                debug_assert_eq!(at, <Self as $crate::table::Value>::PARTS.len());
            }
        }
    };
}

pub(crate) use {group, parts, row_parts};

/// The first of the names that a row gives.
pub(crate) const fn sensor(names: &[&'static str]) -> &'static str {
    names[0]
}

/// Readings that belong together.
pub(crate) trait Group {
    const ROWS: &'static [Row];

    /// Adds each of them, in the order of the rows.
    fn entries<'a>(&'a self, into: &mut Vec<Entry<'a>>);
}
