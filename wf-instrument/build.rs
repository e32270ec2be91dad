//! Exists for `links` in the manifest: Cargo then refuses two versions of this crate in one binary.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
