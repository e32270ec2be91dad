//! Whether this machine has a GPU, as far as files tell.

use std::fs;
use std::sync::Arc;

use super::files::Files;
use crate::sensor::gpu::Gpu;
use crate::sensor::reading::Reading;

/// Why there is no GPU reading. Looks on disk.
pub(super) fn read(files: &Files) -> Reading<Arc<[Gpu]>> {
    if in_linker_cache(files) || in_directories(files) {
        Reading::Unknown(UNREAD.into())
    } else if has_amd(files) {
        Reading::Unknown("GPUs of AMD are not read".into())
    } else {
        Reading::Absent("no NVIDIA driver library".into())
    }
}

/// Whether a display device is AMD's (its PCI vendor number); one of Intel's is part of most processors and runs no models.
fn has_amd(files: &Files) -> bool {
    let Ok(cards) = fs::read_dir(files.at("sys/class/drm")) else {
        return false;
    };
    cards.flatten().any(|card| {
        fs::read_to_string(card.path().join("device/vendor"))
            .is_ok_and(|vendor| vendor.trim() == "0x1002")
    })
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

const UNREAD: &str = if cfg!(feature = "gpu") {
    "the driver's library cannot be loaded"
} else {
    "GPU readings come with the feature gpu"
};

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
