//! Files that show whether this machine has a GPU.

use std::fs;
use std::io::{self, ErrorKind};
use std::sync::Arc;

use super::files::Files;
use crate::gpu::Gpu;
use crate::reading::Reading;

/// Returns the reason for no GPU reading. Looks on disk.
pub(super) fn read(files: &Files) -> Reading<Arc<[Gpu]>> {
    let nvidia = in_linker_cache(files).map(|cached| cached || in_directories(files));
    match (nvidia, has_amd(files)) {
        (Ok(true), _) => Reading::Unknown(UNREAD.into()),
        (Err(error), _) => Reading::Unknown(format!("/{LINKER_CACHE}: {error}").into()),
        (_, Ok(true)) => Reading::Unknown("GPUs of AMD are not read".into()),
        (_, Err(error)) => Reading::Unknown(format!("/{DISPLAYS}: {error}").into()),
        (Ok(false), Ok(false)) => Reading::Absent("no NVIDIA driver library".into()),
    }
}

/// Returns whether a display device is AMD's (by its PCI vendor number); one of Intel's is part of
/// most processors and runs no models.
fn has_amd(files: &Files) -> io::Result<bool> {
    let Some(cards) = there(fs::read_dir(files.at(DISPLAYS)))? else {
        return Ok(false);
    };
    for card in cards {
        let vendor = fs::read_to_string(card?.path().join("device/vendor"));
        if vendor.is_ok_and(|vendor| vendor.trim() == "0x1002") {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The dynamic linker's cache names every library in its directories, in plain
/// text between binary fields.
fn in_linker_cache(files: &Files) -> io::Result<bool> {
    let cache = there(fs::read(files.at(LINKER_CACHE)))?.unwrap_or_default();
    let mut names = cache.windows(LIBRARY.len());
    Ok(names.any(|name| name == LIBRARY.as_bytes()))
}

/// `None` if it does not exist; an error says nothing about that.
fn there<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        found => found.map(Some),
    }
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

const LINKER_CACHE: &str = "etc/ld.so.cache";

const DISPLAYS: &str = "sys/class/drm";

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
