//! The scripted driver: built once, and copied for each test, which so has its own.
#![expect(unsafe_code, reason = "functions of a library are called by name")]

use std::ffi::CString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, id};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use libloading::Library;
use wf_instrument::{Nanos, clock};
use wf_sense::Reading;
use wf_sense::gpu::{Gpu, Gpus};

/// A driver's library that does what a test sets. Its functions stand in `tests/nvml/stub.rs`.
pub(crate) struct Stub {
    library: Library,
    path: PathBuf,
}

pub(crate) const INVALID_ARGUMENT: u32 = 2;
pub(crate) const NOT_SUPPORTED: u32 = 3;
pub(crate) const NO_PERMISSION: u32 = 4;
pub(crate) const DRIVER_NOT_LOADED: u32 = 9;
pub(crate) const GPU_IS_LOST: u32 = 15;

impl Stub {
    /// One GPU, all well.
    pub(crate) fn new() -> Self {
        static BUILT: LazyLock<PathBuf> = LazyLock::new(|| build("stub", &[]));
        Self::copy(&BUILT)
    }

    /// A driver that lacks the newer functions.
    pub(crate) fn old() -> Self {
        static BUILT: LazyLock<PathBuf> = LazyLock::new(|| build("old", &["--cfg", "old"]));
        Self::copy(&BUILT)
    }

    fn copy(built: &Path) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = built.with_extension(format!("{}-{number}.so", id()));
        fs::copy(built, &path).expect("the build directory is writable");
        // SAFETY: the library does nothing when it is loaded.
        let library = unsafe { Library::new(&path) }.expect("it has just been built");
        Self { library, path }
    }

    /// Its GPUs, read all the time, with a deadline that is never over.
    pub(crate) fn gpus(&self) -> Gpus {
        Gpus::with_library(&self.path)
            .with_period(Duration::from_millis(1))
            .with_deadline(LONG)
    }

    /// Sets the code that `function` returns from now on.
    pub(crate) fn code(&self, function: &str, code: u32) {
        self.code_of(function, 0, code);
    }

    /// The same for one device.
    pub(crate) fn code_of(&self, function: &str, handle: usize, code: u32) {
        let function = named(function);
        self.call::<extern "C" fn(*const i8, usize, u32)>("stub_code")(
            function.as_ptr().cast(),
            handle,
            code,
        );
    }

    pub(crate) fn value(&self, name: &str, value: u64) {
        let name = named(name);
        self.call::<extern "C" fn(*const i8, u64)>("stub_value")(name.as_ptr().cast(), value);
    }

    pub(crate) fn text(&self, function: &str, text: &[u8]) {
        let function = named(function);
        self.call::<extern "C" fn(*const i8, *const u8, usize)>("stub_text")(
            function.as_ptr().cast(),
            text.as_ptr(),
            text.len(),
        );
    }

    /// Makes `function` never return, or return again.
    pub(crate) fn hang(&self, function: &str, hang: bool) {
        let function = named(function);
        self.call::<extern "C" fn(*const i8, bool)>("stub_hang")(function.as_ptr().cast(), hang);
    }

    pub(crate) fn calls(&self, function: &str) -> u64 {
        let function = named(function);
        self.call::<extern "C" fn(*const i8) -> u64>("stub_calls")(function.as_ptr().cast())
    }

    /// Waits until `function` was called that many times.
    pub(crate) fn wait_for_calls(&self, function: &str, times: u64) {
        let begun = Instant::now();
        while self.calls(function) < times {
            assert!(begun.elapsed() < LONG, "{function} is not called");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn call<F: Copy>(&self, function: &str) -> F {
        // SAFETY: the types are those in `tests/nvml/stub.rs`.
        unsafe {
            *self
                .library
                .get::<F>(function.as_bytes())
                .expect("it has it")
        }
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Reads until the reading is as wanted, and returns it.
pub(crate) fn until(
    gpus: &mut Gpus,
    wanted: impl Fn(&Reading<Arc<[Gpu]>>) -> bool,
) -> Reading<Arc<[Gpu]>> {
    let begun = Instant::now();
    loop {
        let reading = gpus.read();
        if wanted(&reading) {
            return reading;
        }
        assert!(begun.elapsed() < LONG, "still {reading:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The GPUs once there are some.
pub(crate) fn present(gpus: &mut Gpus) -> Arc<[Gpu]> {
    let reading = until(gpus, |reading| reading.value().is_some());
    reading.value().expect("they are there").clone()
}

/// The GPUs in a pass that began after now.
pub(crate) fn next_pass(gpus: &mut Gpus) -> Arc<[Gpu]> {
    // The next one that ends may have begun before.
    let ended = pass_after(gpus, clock::now());
    pass_after(gpus, ended);
    present(gpus)
}

fn pass_after(gpus: &mut Gpus, moment: Nanos) -> Nanos {
    let end = |reading: &Reading<_>| match reading {
        Reading::Present { at, .. } => *at,
        _ => Nanos::ZERO,
    };
    end(&until(gpus, |reading| end(reading) > moment))
}

/// Waits until `wanted` is why there is nothing.
pub(crate) fn reason(gpus: &mut Gpus, wanted: &str) -> Reading<Arc<[Gpu]>> {
    until(gpus, |reading| reading.reason() == Some(wanted))
}

fn named(name: &str) -> CString {
    CString::new(name).expect("no name has a zero in it")
}

fn build(name: &str, flags: &[&str]) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let library = directory.join(format!("lib{name}.so"));
    let own = directory.join(format!("lib{name}-{}.so", id()));
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/nvml/stub.rs");
    let compiler = std::env::var_os("RUSTC").unwrap_or("rustc".into());
    let status = Command::new(compiler)
        .args(["--crate-type", "cdylib", "--edition", "2024", "-o"])
        .arg(&own)
        .args(["-C", "debuginfo=0", "-C", "strip=symbols"])
        .args(flags)
        .arg(source)
        .status();
    assert!(status.expect("there is a compiler").success());
    // Another run may be at it too: each moves a whole library there.
    fs::rename(own, &library).expect("the build directory is writable");
    library
}

/// A time that no test waits for unless it fails.
const LONG: Duration = Duration::from_secs(30);
