//! What an error of the driver means for what was asked.

use nvml_wrapper::error::NvmlError;

/// Whether this GPU or driver just does not have what was asked for.
pub(super) const fn is_unsupported(error: &NvmlError) -> bool {
    matches!(
        error,
        NvmlError::NotSupported | NvmlError::UnexpectedVariant(DEPRECATED)
    )
}

/// Whether nothing more is to be had from this handle until the library is opened anew.
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

/// The reason in words, the same ones each time, so that it may be a label.
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
