//! Whether this machine has the library through which NVIDIA GPUs are read.

use std::fs;

use super::files::Files;
use crate::sensor::reading::Reading;
use crate::units::Ratio;

/// Why there is no GPU reading. Looks on disk once, when the sensors are made.
pub(super) fn read(files: &Files) -> Reading<Ratio> {
    if in_linker_cache(files) || in_directories(files) {
        Reading::Unknown("GPU readings come with the feature gpu".into())
    } else {
        Reading::Absent("no NVIDIA driver library".into())
    }
}

/// The dynamic linker's cache names every library in the directories that it was told of, in plain text between binary fields.
fn in_linker_cache(files: &Files) -> bool {
    fs::read(files.at("etc/ld.so.cache")).is_ok_and(|cache| {
        cache
            .windows(LIBRARY.len())
            .any(|name| name == LIBRARY.as_bytes())
    })
}

/// Containers and some distributions add the library without telling the linker's cache.
fn in_directories(files: &Files) -> bool {
    let searched = std::env::var("LD_LIBRARY_PATH").unwrap_or_default();
    searched
        .split(':')
        .filter(|directory| directory.starts_with('/'))
        .chain(DIRECTORIES)
        .any(|directory| files.exists(&format!("{}/{LIBRARY}", directory.trim_matches('/'))))
}

const LIBRARY: &str = "libnvidia-ml.so.1";

const DIRECTORIES: [&str; 7] = [
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/local/nvidia/lib64",
    "/usr/lib/wsl/lib",
    "/run/opengl-driver/lib",
];
