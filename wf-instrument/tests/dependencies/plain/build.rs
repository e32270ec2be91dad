//! Measures annotated code that the program calls without measuring.

fn main() {
    println!("cargo::rustc-env=DOUBLED={:?}", annotated::double(2));
    let metrics = wf_instrument::snapshot::Snapshot::take().metrics;
    let calls: u64 = metrics.spans.iter().map(|row| row.ok.count()).sum();
    println!("cargo::rustc-env=CALLS={calls}");
}
