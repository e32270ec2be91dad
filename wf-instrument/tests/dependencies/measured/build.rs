//! Calls annotated code in a build that does not measure.

fn main() {
    println!("cargo::rustc-env=DOUBLED={:?}", annotated::double(2));
    println!("cargo::rustc-env=GENERATED={}", annotated::generate(3));
}
