//! Measures what the program calls unmeasured.

fn main() {
    println!("cargo::rustc-env=DOUBLED={:?}", annotated::double(2));
    let totals = wf_instrument::snapshot::Snapshot::take().totals;
    let calls: u64 = totals.spans.iter().map(|row| row.ok.count()).sum();
    println!("cargo::rustc-env=CALLS={calls}");
}
