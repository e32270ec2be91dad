//! A driver's library without a GPU: the functions of NVML that the sensor calls, with answers that
//! a test scripts.
//!
//! Built by the tests as a `cdylib`, with `--cfg old` for a driver from before 2020 that lacks the
//! newer functions. Layouts are those of NVIDIA's `nvml.h`. A device's handle is its number plus 1;
//! that of its instance `n` is 1000 times this, plus `n`.
#![allow(dead_code, non_snake_case, unused_imports)]

use std::collections::{HashMap, HashSet};
use std::ffi::{CStr, c_char, c_int, c_uint, c_ulonglong, c_void};
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard};

/// The script of the test, and the calls that were made.
#[derive(Default)]
struct State {
    /// Return codes by function (or `*`) and handle (or 0 for all).
    codes: HashMap<(String, usize), c_uint>,
    values: HashMap<String, u64>,
    texts: HashMap<String, Vec<u8>>,
    hanging: HashSet<String>,
    calls: HashMap<String, u64>,
}

static STATE: LazyLock<Mutex<State>> = LazyLock::new(Mutex::default);
static RELEASED: Condvar = Condvar::new();

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap()
}

// What the test calls.

fn name_of(name: *const c_char) -> String {
    // SAFETY: the test passes a text with a zero at its end.
    unsafe { CStr::from_ptr(name) }.to_str().unwrap().to_owned()
}

#[unsafe(no_mangle)]
pub extern "C" fn stub_code(function: *const c_char, handle: usize, code: c_uint) {
    state().codes.insert((name_of(function), handle), code);
}

#[unsafe(no_mangle)]
pub extern "C" fn stub_value(name: *const c_char, value: u64) {
    state().values.insert(name_of(name), value);
}

#[unsafe(no_mangle)]
pub extern "C" fn stub_text(function: *const c_char, bytes: *const u8, length: usize) {
    // SAFETY: the test passes a slice.
    let bytes = unsafe { std::slice::from_raw_parts(bytes, length) }.to_vec();
    state().texts.insert(name_of(function), bytes);
}

#[unsafe(no_mangle)]
pub extern "C" fn stub_hang(function: *const c_char, hang: bool) {
    let function = name_of(function);
    let mut state = state();
    if hang {
        state.hanging.insert(function);
    } else {
        state.hanging.remove(&function);
        RELEASED.notify_all();
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn stub_calls(function: *const c_char) -> u64 {
    state().calls.get(&name_of(function)).copied().unwrap_or(0)
}

// What the functions below are made of.

/// Counts the call, hangs if that is wanted, and says how it is to end.
fn enter(function: &str, handle: usize) -> c_uint {
    let mut state = state();
    *state.calls.entry(function.to_owned()).or_default() += 1;
    while state.hanging.contains(function) {
        state = RELEASED.wait(state).unwrap();
    }
    let code = |function: &str, handle| state.codes.get(&(function.to_owned(), handle)).copied();
    code(function, handle)
        .or_else(|| code(function, 0))
        .or_else(|| code("*", handle))
        .or_else(|| code("*", 0))
        .unwrap_or(0)
}

fn value(name: &str, otherwise: u64) -> u64 {
    state().values.get(name).copied().unwrap_or(otherwise)
}

fn short(name: &str, otherwise: u32) -> c_uint {
    value(name, otherwise.into()) as c_uint
}

/// Writes a text as the library does, but for the zero where there is no room for one.
fn write_text(function: &str, otherwise: String, to: *mut c_char, room: usize) {
    let mut text = state()
        .texts
        .get(function)
        .cloned()
        .unwrap_or(otherwise.into_bytes());
    text.push(0);
    text.truncate(room);
    // SAFETY: the caller has this much room.
    unsafe { std::ptr::copy_nonoverlapping(text.as_ptr().cast(), to, text.len()) };
}

fn write<T>(to: *mut T, value: T) {
    // SAFETY: the caller passes a place for it, or none.
    unsafe { to.as_mut().map(|to| *to = value) };
}

/// A function of a device that fills in one or more values.
macro_rules! answer {
    ($($name:ident($device:ident; $($to:ident: $type:ty = $value:expr),+);)+) => {$(
        #[unsafe(no_mangle)]
        pub extern "C" fn $name($device: usize, $($to: *mut $type),+) -> c_uint {
            let code = enter(stringify!($name), $device);
            if code == 0 {
                $(write($to, $value);)+
            }
            code
        }
    )+};
}

/// The same with a question before it.
macro_rules! answer_to {
    ($($name:ident($which:ident, $to:ident: $type:ty = $value:expr);)+) => {$(
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(device: usize, $which: c_uint, $to: *mut $type) -> c_uint {
            let code = enter(stringify!($name), device);
            if code == 0 {
                write($to, $value);
            }
            code
        }
    )+};
}

#[repr(C)]
pub struct Utilization {
    gpu: c_uint,
    memory: c_uint,
}

#[repr(C)]
pub struct Bar1 {
    total: c_ulonglong,
    free: c_ulonglong,
    used: c_ulonglong,
}

#[repr(C)]
pub struct Memory {
    version: c_uint,
    total: c_ulonglong,
    reserved: c_ulonglong,
    free: c_ulonglong,
    used: c_ulonglong,
}

#[repr(C)]
pub struct Violation {
    reference: c_ulonglong,
    time: c_ulonglong,
}

#[repr(C)]
pub struct Pci {
    legacy: [c_char; 16],
    numbers: [c_uint; 5],
    bus_id: [c_char; 32],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Process {
    pid: c_uint,
    memory: c_ulonglong,
    gpu_instance: c_uint,
    compute_instance: c_uint,
}

answer! {
    nvmlDeviceGetUtilizationRates(device; to: Utilization = Utilization {
        gpu: short("gpu", 37),
        memory: short("memory_activity", 12),
    });
    nvmlDeviceGetEncoderUtilization(device; to: c_uint = short("encoder", 3), period: c_uint = 167_000);
    nvmlDeviceGetDecoderUtilization(device; to: c_uint = short("decoder", 4), period: c_uint = 167_000);
    nvmlDeviceGetBAR1MemoryInfo(device; to: Bar1 = Bar1 { total: 1 << 37, free: (1 << 37) - 77, used: 77 });
    nvmlDeviceGetPowerUsage(device; to: c_uint = short("power", 69_123));
    nvmlDeviceGetEnforcedPowerLimit(device; to: c_uint = 700_000);
    nvmlDeviceGetTotalEnergyConsumption(device; to: c_ulonglong = value("energy", 1_234_567_891));
    nvmlDeviceGetPcieReplayCounter(device; to: c_uint = 6);
    nvmlDeviceGetCurrentClocksThrottleReasons(device; to: c_ulonglong = value("reasons", 0));
}

answer_to! {
    nvmlDeviceGetTemperature(_sensor, to: c_uint = short("temperature", 41));
    nvmlDeviceGetClockInfo(clock, to: c_uint = if clock == 1 { 1_980 } else { 2_619 });
    nvmlDeviceGetViolationStatus(policy, to: Violation = Violation {
        reference: 1,
        time: value(&format!("violation.{policy}"), 1_000_000_001 * (u64::from(policy) + 1)),
    });
    nvmlDeviceGetPcieThroughput(direction, to: c_uint = if direction == 0 { 11 } else { 22 });
}

#[unsafe(no_mangle)]
pub extern "C" fn nvmlInit_v2() -> c_uint {
    enter("nvmlInit_v2", 0)
}

#[unsafe(no_mangle)]
pub extern "C" fn nvmlShutdown() -> c_uint {
    enter("nvmlShutdown", 0)
}

#[unsafe(no_mangle)]
pub extern "C" fn nvmlSystemGetDriverVersion(to: *mut c_char, room: c_uint) -> c_uint {
    write_text(
        "nvmlSystemGetDriverVersion",
        "575.57.08".into(),
        to,
        room as usize,
    );
    enter("nvmlSystemGetDriverVersion", 0)
}

#[unsafe(no_mangle)]
pub extern "C" fn nvmlDeviceGetCount_v2(to: *mut c_uint) -> c_uint {
    write(to, short("devices", 1));
    enter("nvmlDeviceGetCount_v2", 0)
}

#[unsafe(no_mangle)]
pub extern "C" fn nvmlDeviceGetHandleByIndex_v2(index: c_uint, to: *mut usize) -> c_uint {
    let handle = index as usize + 1;
    write(to, handle);
    enter("nvmlDeviceGetHandleByIndex_v2", handle)
}

#[unsafe(no_mangle)]
pub extern "C" fn nvmlDeviceGetName(device: usize, to: *mut c_char, room: c_uint) -> c_uint {
    let instance = if device < 1000 { "" } else { " MIG 1g.10gb" };
    let name = format!("NVIDIA Stub 80GB{instance}");
    write_text("nvmlDeviceGetName", name, to, room as usize);
    enter("nvmlDeviceGetName", device)
}

#[unsafe(no_mangle)]
pub extern "C" fn nvmlDeviceGetUUID(device: usize, to: *mut c_char, room: c_uint) -> c_uint {
    let kind = if device < 1000 { "GPU" } else { "MIG" };
    write_text(
        "nvmlDeviceGetUUID",
        format!("{kind}-{device}"),
        to,
        room as usize,
    );
    enter("nvmlDeviceGetUUID", device)
}

#[unsafe(no_mangle)]
pub extern "C" fn nvmlDeviceGetPciInfo_v3(device: usize, to: *mut Pci) -> c_uint {
    let mut pci = Pci {
        legacy: [0; 16],
        numbers: [0; 5],
        bus_id: [0; 32],
    };
    let place = format!("00000000:{device:02X}:00.0");
    write_text(
        "nvmlDeviceGetPciInfo_v3",
        place,
        pci.bus_id.as_mut_ptr(),
        32,
    );
    write(to, pci);
    enter("nvmlDeviceGetPciInfo_v3", device)
}

#[unsafe(no_mangle)]
pub extern "C" fn nvmlDeviceGetTotalEccErrors(
    device: usize,
    kind: c_uint,
    _counter: c_uint,
    to: *mut c_ulonglong,
) -> c_uint {
    write(to, if kind == 0 { 8 } else { 9 });
    enter("nvmlDeviceGetTotalEccErrors", device)
}

/// From driver 440 on: later than what `--cfg old` stands for.
#[cfg(not(old))]
mod newer {
    use super::*;

    answer! {
        nvmlDeviceGetMemoryInfo_v2(device; to: Memory = Memory {
            version: 0,
            total: 85_899_345_920,
            reserved: 345_920,
            free: 50_000_000_000,
            used: 35_899_000_000,
        });
        nvmlDeviceGetJpgUtilization(device; to: c_uint = short("jpeg", 5), period: c_uint = 167_000);
        nvmlDeviceGetOfaUtilization(device; to: c_uint = short("ofa", 6), period: c_uint = 167_000);
        nvmlDeviceGetConfComputeProtectedMemoryUsage(device; to: Bar1 = Bar1 { total: 1 << 30, free: 0, used: 55 });
        nvmlDeviceGetMigMode(device; current: c_uint = short("mig", 0), pending: c_uint = 0);
        nvmlDeviceGetMaxMigDeviceCount(device; to: c_uint = short("instances", 7));
        nvmlDeviceGetDeviceHandleFromMigDeviceHandle(device; to: usize = device / 1000);
        nvmlDeviceGetGpuInstanceId(device; to: c_uint = (device % 1000) as c_uint + 7);
        nvmlDeviceGetComputeInstanceId(device; to: c_uint = 0);
        nvmlGpmQueryDeviceSupport(device; to: [c_uint; 2] = [1, short("gpm", 1)]);
    }

    /// Only instances 1 and 3 are there.
    #[unsafe(no_mangle)]
    pub extern "C" fn nvmlDeviceGetMigDeviceHandleByIndex(
        device: usize,
        number: c_uint,
        to: *mut usize,
    ) -> c_uint {
        write(to, device * 1000 + number as usize);
        let code = enter("nvmlDeviceGetMigDeviceHandleByIndex", device);
        if number == 1 || number == 3 {
            code
        } else {
            NOT_FOUND
        }
    }

    fn processes(
        function: &str,
        device: usize,
        first: u32,
        count: *mut c_uint,
        to: *mut Process,
    ) -> c_uint {
        let found = short(function, 1);
        // SAFETY: the caller says how many there is room for, and has that room.
        unsafe {
            let room = count.replace(found);
            if room < found {
                return enter(function, device).max(INSUFFICIENT_SIZE);
            }
            for number in 0..found {
                let memory = if number == 0 { 1 << 30 } else { u64::MAX };
                let process = Process {
                    pid: first + number,
                    memory,
                    gpu_instance: u32::MAX,
                    compute_instance: u32::MAX,
                };
                to.add(number as usize).write(process);
            }
        }
        enter(function, device)
    }

    #[unsafe(no_mangle)]
    pub extern "C" fn nvmlDeviceGetComputeRunningProcesses_v3(
        device: usize,
        count: *mut c_uint,
        to: *mut Process,
    ) -> c_uint {
        processes(
            "nvmlDeviceGetComputeRunningProcesses_v3",
            device,
            4_000_001,
            count,
            to,
        )
    }

    #[unsafe(no_mangle)]
    pub extern "C" fn nvmlDeviceGetGraphicsRunningProcesses_v3(
        device: usize,
        count: *mut c_uint,
        to: *mut Process,
    ) -> c_uint {
        processes(
            "nvmlDeviceGetGraphicsRunningProcesses_v3",
            device,
            4_000_001,
            count,
            to,
        )
    }

    #[repr(C)]
    pub struct Field {
        id: c_uint,
        scope: c_uint,
        timestamp: i64,
        latency: i64,
        kind: c_uint,
        code: c_uint,
        value: u64,
    }

    #[unsafe(no_mangle)]
    pub extern "C" fn nvmlDeviceGetFieldValues(
        device: usize,
        count: c_int,
        to: *mut Field,
    ) -> c_uint {
        let code = enter("nvmlDeviceGetFieldValues", device);
        for place in 0..count as usize {
            // SAFETY: the caller has as many as it says.
            let field = unsafe { &mut *to.add(place) };
            let name = format!("field.{}", field.id);
            let wide = if field.id == 82 {
                UNSIGNED_INT
            } else {
                UNSIGNED_LONG_LONG
            };
            field.code = enter(&name, device);
            field.kind = short(&format!("{name}.kind"), wide);
            field.value = value(&name, 1_000_000 * u64::from(field.id) + 3);
            if field.id == 82 {
                field.value = value(&name, 52);
            }
        }
        code
    }

    #[repr(C)]
    pub struct Metric {
        id: c_uint,
        code: c_uint,
        value: f64,
        texts: [*mut c_char; 3],
    }

    #[repr(C)]
    pub struct Metrics {
        version: c_uint,
        count: c_uint,
        samples: [*mut c_void; 2],
        metrics: [Metric; 210],
    }

    #[unsafe(no_mangle)]
    pub extern "C" fn nvmlGpmSampleAlloc(to: *mut usize) -> c_uint {
        write(to, 1);
        enter("nvmlGpmSampleAlloc", 0)
    }

    #[unsafe(no_mangle)]
    pub extern "C" fn nvmlGpmSampleFree(_sample: usize) -> c_uint {
        enter("nvmlGpmSampleFree", 0)
    }

    #[unsafe(no_mangle)]
    pub extern "C" fn nvmlGpmSampleGet(device: usize, _sample: usize) -> c_uint {
        enter("nvmlGpmSampleGet", device)
    }

    /// As the library does, wants the GPU's handle and the instance's number.
    #[unsafe(no_mangle)]
    pub extern "C" fn nvmlGpmMigSampleGet(
        device: usize,
        instance: c_uint,
        _sample: usize,
    ) -> c_uint {
        let code = enter("nvmlGpmMigSampleGet", device);
        if device < 1000 && (instance == 8 || instance == 10) {
            code
        } else {
            INVALID_ARGUMENT
        }
    }

    #[unsafe(no_mangle)]
    pub extern "C" fn nvmlGpmMetricsGet(to: *mut Metrics) -> c_uint {
        // SAFETY: the caller passes one.
        let to = unsafe { &mut *to };
        for metric in &mut to.metrics[..to.count as usize] {
            let name = format!("metric.{}", metric.id);
            metric.code = enter(&name, 0);
            metric.value = f64::from_bits(value(&name, (f64::from(metric.id) + 0.5).to_bits()));
        }
        enter("nvmlGpmMetricsGet", 0)
    }

    const INVALID_ARGUMENT: c_uint = 2;
    const NOT_FOUND: c_uint = 6;
    const INSUFFICIENT_SIZE: c_uint = 7;
    const UNSIGNED_INT: u32 = 1;
    const UNSIGNED_LONG_LONG: u32 = 3;
}
