//! Copies of the shipped checkpoint, for tests to change.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The shipped checkpoint directory.
pub(crate) fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/tiny")
}

/// A fresh copy of it under the name of one test.
pub(crate) fn copy(test: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).expect("the build's own directory is writable");
    for file in [
        "config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "model.safetensors",
    ] {
        fs::copy(shipped().join(file), directory.join(file)).expect("the file ships");
    }
    directory
}
