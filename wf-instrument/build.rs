//! Names the crate for `links` in the manifest, by which Cargo refuses two versions of it in one
//! binary, and refuses targets that cannot measure.

use std::env;

/// Here and not by `compile_error!` in the crate: this error comes first and alone, where the crate
/// would go on to a page of unresolved names.
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let measures = env::var_os("CARGO_FEATURE_ENABLED").is_some();
    if let Some(lack) = lack().filter(|_| measures) {
        let target = env::var("TARGET").unwrap_or_default();
        println!(
            "cargo::error=wf-instrument cannot measure on {target}: {lack}; leave out the feature \
             `enabled` (default-features = false) to build annotated code unmeasured there"
        );
    }
}

/// The reason why the target that is built for cannot measure.
fn lack() -> Option<&'static str> {
    if listed("CARGO_CFG_TARGET_FAMILY", "wasm") {
        Some("the linkers of WebAssembly collect no measured sites")
    } else if !listed("CARGO_CFG_TARGET_HAS_ATOMIC", "64") {
        Some("it has no 64-bit atomics")
    } else {
        None
    }
}

/// Checks whether the comma-separated values of a `cfg` of the target include `value`.
fn listed(variable: &str, value: &str) -> bool {
    env::var(variable).is_ok_and(|values| values.split(',').any(|listed| listed == value))
}
