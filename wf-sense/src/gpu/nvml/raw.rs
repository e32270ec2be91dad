//! Calls of the driver that nvml-wrapper lacks, and those that return texts: the wrapper reads past
//! its buffer if a text has no zero at its end, and refuses all of a text that is not UTF-8.
#![expect(unsafe_code, reason = "calls of a C library")]

use nvml_wrapper::error::{NvmlError, nvml_sym, nvml_try};
use nvml_wrapper::{Device, Nvml};

/// Calls `$function` of the driver's library for `$device`.
macro_rules! call {
    ($device:ident, $function:ident, $($argument:expr),+) => {{
        let function = nvml_sym($device.nvml().lib().$function.as_ref())?;
        // SAFETY:
        // - the function is the loaded library's, of the type that NVIDIA's header gives it, and
        //   the library stays loaded and initialized as long as the `Nvml` that the device borrows;
        // - the handle is the library's own, which checks it: one that is no more is an error, not
        //   a fault;
        // - the arguments point to values of that type, or to as many bytes as the next argument
        //   says, that live here past the call, and the library keeps no pointer to them.
        nvml_try(unsafe { function($device.handle(), $($argument),+) })
    }};
}

/// The busy percentage of the JPEG decoders.
pub(super) fn jpeg(device: &Device<'_>) -> Result<u32, NvmlError> {
    let (mut share, mut period) = (0, 0);
    call!(
        device,
        nvmlDeviceGetJpgUtilization,
        &raw mut share,
        &raw mut period
    )?;
    Ok(share)
}

/// The busy percentage of the optical flow accelerator.
pub(super) fn ofa(device: &Device<'_>) -> Result<u32, NvmlError> {
    let (mut share, mut period) = (0, 0);
    call!(
        device,
        nvmlDeviceGetOfaUtilization,
        &raw mut share,
        &raw mut period
    )?;
    Ok(share)
}

/// Returns the protected memory in use, in bytes.
pub(super) fn protected_used(device: &Device<'_>) -> Result<u64, NvmlError> {
    // SAFETY: three plain numbers, for which zero is a value.
    let mut memory = unsafe { std::mem::zeroed() };
    call!(
        device,
        nvmlDeviceGetConfComputeProtectedMemoryUsage,
        &raw mut memory
    )?;
    Ok(memory.used)
}

/// The number of the GPU instance that `device` is.
pub(super) fn gpu_instance(device: &Device<'_>) -> Result<u32, NvmlError> {
    let mut number = 0;
    call!(device, nvmlDeviceGetGpuInstanceId, &raw mut number)?;
    Ok(number)
}

/// The number of the compute instance that `device` is.
pub(super) fn compute_instance(device: &Device<'_>) -> Result<u32, NvmlError> {
    let mut number = 0;
    call!(device, nvmlDeviceGetComputeInstanceId, &raw mut number)?;
    Ok(number)
}

/// The product's name.
pub(super) fn name(device: &Device<'_>) -> Result<String, NvmlError> {
    let mut text = [0_u8; LONGEST_TEXT as usize];
    call!(
        device,
        nvmlDeviceGetName,
        text.as_mut_ptr().cast(),
        LONGEST_TEXT
    )?;
    Ok(until_zero(&text))
}

/// `GPU-…` or `MIG-…`.
pub(super) fn uuid(device: &Device<'_>) -> Result<String, NvmlError> {
    let mut text = [0_u8; LONGEST_TEXT as usize];
    call!(
        device,
        nvmlDeviceGetUUID,
        text.as_mut_ptr().cast(),
        LONGEST_TEXT
    )?;
    Ok(until_zero(&text))
}

/// The address on the PCI bus.
pub(super) fn pci_bus_id(device: &Device<'_>) -> Result<String, NvmlError> {
    // SAFETY: plain numbers and arrays of them, for which zero is a value.
    let mut address = unsafe { std::mem::zeroed() };
    call!(device, nvmlDeviceGetPciInfo_v3, &raw mut address)?;
    // `c_char` has a sign on some processors.
    let text = address
        .busId
        .map(|byte| u8::from_ne_bytes(byte.to_ne_bytes()));
    Ok(until_zero(&text))
}

/// The driver's version.
pub(super) fn driver_version(nvml: &Nvml) -> Result<String, NvmlError> {
    let function = nvml_sym(nvml.lib().nvmlSystemGetDriverVersion.as_ref())?;
    let mut text = [0_u8; LONGEST_TEXT as usize];
    // SAFETY: as in `call`, with `nvml` itself that keeps the library loaded and initialized.
    nvml_try(unsafe { function(text.as_mut_ptr().cast(), LONGEST_TEXT) })?;
    Ok(until_zero(&text))
}

/// The text up to the first zero, or all of it where there is none, with a mark in place of what is
/// no UTF-8.
fn until_zero(text: &[u8]) -> String {
    let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

/// `NVML_DEVICE_NAME_V2_BUFFER_SIZE` and `NVML_DEVICE_UUID_V2_BUFFER_SIZE`; a version has less than
/// 80 bytes.
const LONGEST_TEXT: u32 = 96;
