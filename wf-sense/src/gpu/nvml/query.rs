//! Queries of one device in one pass, and what their results say of its health.

use std::cell::Cell;

use nvml_wrapper::Device;
use nvml_wrapper::error::NvmlError;

use super::mailbox::ThreadControl;
use crate::reading::{ReadResult, Reading};

/// The kind of a device, which decides what it supports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A GPU that is not partitioned.
    Whole,
    /// A GPU in MIG mode.
    Partitioned,
    /// One of its instances.
    Instance,
}

/// Calls the driver for one device, and notes if the device is lost.
pub(super) struct Query<'a, 'nvml> {
    device: Option<&'a Device<'nvml>>,
    kind: Kind,
    control: &'a ThreadControl,
    /// The reason why no more calls are made.
    lost: Cell<Option<&'static str>>,
    /// True if any call had a sensible result.
    responded: Cell<bool>,
}

impl<'a, 'nvml> Query<'a, 'nvml> {
    /// Queries of `device`, or of one that is lost for the reason in its place.
    pub(super) fn new(
        device: Result<&'a Device<'nvml>, &'static str>,
        kind: Kind,
        control: &'a ThreadControl,
    ) -> Self {
        Self {
            device: device.ok(),
            kind,
            control,
            lost: Cell::new(device.err()),
            responded: Cell::new(false),
        }
    }

    /// Makes a call, and converts its result.
    pub(super) fn ask<T, U>(
        &self,
        call: impl FnOnce(&Device<'nvml>) -> Result<T, NvmlError>,
        convert: impl FnOnce(T) -> ReadResult<U>,
    ) -> Reading<U> {
        let (None, Some(device)) = (self.lost.get(), self.device) else {
            return Reading::Unknown(self.lost.get().unwrap_or_default().into());
        };
        self.control.extend_deadline();
        match call(device) {
            Ok(value) => {
                self.responded.set(true);
                Reading::of(convert(value))
            }
            Err(error) => self.refused(&error),
        }
    }

    /// Returns the reading that follows from an error.
    pub(super) fn refused<T>(&self, error: &NvmlError) -> Reading<T> {
        if is_loss(error) {
            self.lost.set(Some(text(error)));
        } else if !matches!(error, NvmlError::Unknown) {
            self.responded.set(true);
        }
        if is_unsupported(error) || self.is_restricted(error) {
            return Reading::Absent(self.unsupported().into());
        }
        Reading::Unknown(text(error).into())
    }

    /// Returns why the device is lost; `None` if it is not.
    ///
    /// The driver's error without a name may concern one call only. It concerns the device if no
    /// call succeeded.
    pub(super) fn loss(&self) -> Option<&'static str> {
        let nothing = (!self.responded.get()).then_some(text(&NvmlError::Unknown));
        self.lost.get().or(nothing)
    }

    /// For an instance, the driver rejects the handle itself in calls that are for whole GPUs.
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

/// Returns whether this GPU or driver does not have what was queried.
pub(super) const fn is_unsupported(error: &NvmlError) -> bool {
    matches!(
        error,
        NvmlError::NotSupported | NvmlError::UnexpectedVariant(DEPRECATED)
    )
}

/// Returns whether this handle returns nothing more until the library is opened anew.
pub(super) const fn is_loss(error: &NvmlError) -> bool {
    matches!(
        error,
        NvmlError::Uninitialized
            | NvmlError::DriverNotLoaded
            | NvmlError::GpuLost
            | NvmlError::ResetRequired
            | NvmlError::LibRmVersionMismatch
    )
}

/// Returns the reason in fixed words, so that it can be a label.
pub(super) const fn text(error: &NvmlError) -> &'static str {
    match error {
        NvmlError::Uninitialized => "the driver's library is not initialized",
        NvmlError::InvalidArg => "the driver does not take the question",
        NvmlError::NoPermission => "no permission",
        NvmlError::NotFound => "not found",
        NvmlError::InsufficientSize(_) => "the driver's answer is too long",
        NvmlError::InsufficientPower => "the GPU's power cables are not attached properly",
        NvmlError::DriverNotLoaded => "the driver is not loaded",
        NvmlError::Timeout => "the driver timed out",
        NvmlError::IrqIssue => "the kernel has trouble with the GPU's interrupts",
        NvmlError::FailedToLoadSymbol(_) | NvmlError::FunctionNotFound => {
            "this driver does not have the call"
        }
        NvmlError::CorruptedInfoROM => "the GPU's info ROM is corrupted",
        NvmlError::GpuLost => "the GPU has fallen off the bus",
        NvmlError::ResetRequired => "the GPU needs a reset",
        NvmlError::OperatingSystem => "the operating system blocks the driver",
        NvmlError::LibRmVersionMismatch => "the driver and its library have different versions",
        NvmlError::InUse => "the GPU is in use",
        NvmlError::InsufficientMemory => "the driver has not enough memory",
        NvmlError::NoData => "the driver has no data",
        NvmlError::Unknown => "the driver failed in a way that it does not know",
        NvmlError::NotSupported => UNSUPPORTED,
        _ => "the driver gave an answer that is not understood here",
    }
}

pub(super) const UNSUPPORTED: &str = "not supported by this GPU";

/// `NVML_ERROR_DEPRECATED`, which the bindings do not have.
const DEPRECATED: u32 = 26;

/// A number, unless it is the one that stands for none (`NVML_VALUE_NOT_AVAILABLE`).
pub(super) fn valid_u64(number: u64) -> ReadResult<u64> {
    (number != u64::MAX)
        .then_some(number)
        .ok_or(INVALID_NUMBER.into())
}

/// The same of 32 bits.
pub(super) fn valid_u32(number: u32) -> ReadResult<u32> {
    (number != u32::MAX)
        .then_some(number)
        .ok_or(INVALID_NUMBER.into())
}

pub(super) const INVALID_NUMBER: &str = "the driver gave no valid number";
