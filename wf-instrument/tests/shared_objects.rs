//! A snapshot has the sites of the program, its shared objects and its plug-ins, if they share one
//! copy of the SDK.
#![cfg(all(target_os = "linux", not(target_feature = "crt-static")))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A package whose library is a `dylib` with the SDK, whose program links that, and whose examples
/// are plug-ins.
const MANIFEST: &str = r#"
[package]
name = "shared"
version = "0.0.0"
edition = "2024"
publish = false

[workspace]

[lib]
crate-type = ["dylib"]
path = "SOURCES/shared.rs"

[[bin]]
name = "host"
path = "SOURCES/host.rs"

[[example]]
name = "plugin"
crate-type = ["cdylib"]
path = "SOURCES/plugin.rs"

[[example]]
name = "alone"
crate-type = ["cdylib"]
path = "SOURCES/alone.rs"

[dependencies]
wf-instrument = { path = "SDK" }
libloading = "*"
"#;

#[test]
fn sites_of_all_objects_that_share_a_copy_are_listed_and_other_copies_are_counted() {
    let built = build();
    let examples = built.join("examples");
    let ran = Command::new(built.join("host"))
        .arg(examples.join("libplugin.so"))
        .arg(examples.join("libalone.so"))
        .env("LD_LIBRARY_PATH", libraries(&built))
        .output()
        .expect("the host runs");
    let shown = String::from_utf8_lossy(&ran.stdout);
    let errors = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{}\n{shown}\n{errors}", ran.status);
    let check = |line: &str| {
        assert!(
            shown.lines().any(|shown| shown == line),
            "no {line:?} in\n{shown}"
        )
    };

    for name in [
        "host_called",
        "host_uncalled",
        "shared_called",
        "shared_uncalled",
    ] {
        check(&format!("began {name} 0"));
    }
    assert!(!shown.contains("began plugin"), "{shown}");
    check("began copies 1");
    // The series of a plug-in exist before its first call, as those of the program.
    check("loaded plugin_called 0");
    check("loaded plugin_uncalled 0");
    // It is called on another thread, and closed: its counts stay.
    for stage in ["called", "closed", "ended"] {
        check(&format!("{stage} host_called 1"));
        check(&format!("{stage} shared_called 2"));
        check(&format!("{stage} plugin_called 1"));
        check(&format!("{stage} plugin_uncalled 0"));
        check(&format!("{stage} plugin_generation 2"));
        check(&format!("{stage} plugin_hits 3"));
        check(&format!("{stage} plugin_gauge 0.5"));
    }
    // A separate copy has separate series, and neither copy lists those of the other.
    check("closed copies 1");
    check("alone own_calls 1");
    check("alone copies 2");
    assert!(!shown.contains("alone_called"), "{shown}");
}

/// Builds the package and returns the directory of its program. Cargo rebuilds only what changed.
fn build() -> PathBuf {
    let sdk = Path::new(env!("CARGO_MANIFEST_DIR"));
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shared_objects");
    fs::create_dir_all(&package).expect("the build directory is writable");
    let sources = sdk.join("tests/shared_objects");
    let manifest = MANIFEST
        .replace("SOURCES", &sources.display().to_string())
        .replace("SDK", &sdk.display().to_string());
    write_if_changed(&package.join("Cargo.toml"), &manifest);
    // The versions of the workspace: nothing is downloaded.
    let lock = fs::read_to_string(sdk.join("../Cargo.lock")).expect("the workspace has one");
    write_if_changed(&package.join("Cargo.lock"), &lock);
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let built = Command::new(cargo)
        .args([
            "build",
            "--quiet",
            "--offline",
            "--lib",
            "--bins",
            "--examples",
        ])
        .current_dir(&package)
        .env("CARGO_TARGET_DIR", package.join("target"))
        .env("RUSTFLAGS", "-C prefer-dynamic")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .expect("cargo runs");
    assert!(built.success(), "the package cannot be built");
    package.join("target/debug")
}

fn write_if_changed(path: &Path, text: &str) {
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        fs::write(path, text).expect("the build directory is writable");
    }
}

/// The search path of shared objects, with that of the standard library.
fn libraries(built: &Path) -> String {
    let compiler = std::env::var_os("RUSTC").unwrap_or("rustc".into());
    let output = Command::new(compiler)
        .args(["--print", "target-libdir"])
        .output();
    let output = output.expect("there is a compiler").stdout;
    let standard = String::from_utf8_lossy(&output).trim().to_owned();
    format!(
        "{}:{}:{standard}",
        built.display(),
        built.join("deps").display()
    )
}
