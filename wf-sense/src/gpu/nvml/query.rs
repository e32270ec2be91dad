//! Questions about one device in one pass, and what the answers say of its health.

use std::cell::Cell;

use nvml_wrapper::Device;
use nvml_wrapper::error::NvmlError;

use super::driver::Line;
use super::fault::{self, UNSUPPORTED};
use crate::reading::{ReadResult, Reading};

/// What is asked about, as far as it says what may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A GPU that is not partitioned.
    Whole,
    /// A GPU in MIG mode.
    Partitioned,
    /// One of its instances.
    Instance,
}

/// Asks a device, and notices when there is nobody to ask.
pub(super) struct Query<'a, 'nvml> {
    device: Option<&'a Device<'nvml>>,
    kind: Kind,
    line: &'a Line,
    /// Why nothing more is asked.
    lost: Cell<Option<&'static str>>,
    /// Whether any answer made sense.
    heard: Cell<bool>,
}

impl<'a, 'nvml> Query<'a, 'nvml> {
    /// Questions about `device`, or about one that is lost for the reason that stands in its place.
    pub(super) fn new(
        device: Result<&'a Device<'nvml>, &'static str>,
        kind: Kind,
        line: &'a Line,
    ) -> Self {
        Self {
            device: device.ok(),
            kind,
            line,
            lost: Cell::new(device.err()),
            heard: Cell::new(false),
        }
    }

    /// What `convert` makes of what `call` brings.
    pub(super) fn ask<T, U>(
        &self,
        call: impl FnOnce(&Device<'nvml>) -> Result<T, NvmlError>,
        convert: impl FnOnce(T) -> ReadResult<U>,
    ) -> Reading<U> {
        let (None, Some(device)) = (self.lost.get(), self.device) else {
            return Reading::Unknown(self.lost.get().unwrap_or_default().into());
        };
        self.line.promise();
        match call(device) {
            Ok(value) => {
                self.heard.set(true);
                Reading::of(convert(value))
            }
            Err(error) => self.refused(&error),
        }
    }

    /// What a refusal means for what was asked.
    pub(super) fn refused<T>(&self, error: &NvmlError) -> Reading<T> {
        if fault::is_loss(error) {
            self.lost.set(Some(fault::text(error)));
        } else if !matches!(error, NvmlError::Unknown) {
            self.heard.set(true);
        }
        if fault::is_unsupported(error) || self.is_restricted(error) {
            return Reading::Absent(self.unsupported().into());
        }
        Reading::Unknown(fault::text(error).into())
    }

    /// Why the device is lost; `None` where it is not.
    ///
    /// The driver's error without a name may be about one question only. It is about all where nothing else came.
    pub(super) fn loss(&self) -> Option<&'static str> {
        let nothing = (!self.heard.get()).then_some(fault::text(&NvmlError::Unknown));
        self.lost.get().or(nothing)
    }

    /// For an instance, the driver refuses the handle as such to what it only tells of whole GPUs.
    fn is_restricted(&self, error: &NvmlError) -> bool {
        self.kind == Kind::Instance && matches!(error, NvmlError::InvalidArg)
    }

    const fn unsupported(&self) -> &'static str {
        match self.kind {
            Kind::Whole => UNSUPPORTED,
            Kind::Partitioned => "not supported by this GPU in MIG mode",
            Kind::Instance => "not supported for a MIG instance",
        }
    }
}

/// The same reason for another quantity that would have followed from what was read.
pub(super) fn none<T, U>(reading: Reading<T>) -> Reading<U> {
    reading.and_then(|_| Err(UNSUPPORTED.into()))
}
