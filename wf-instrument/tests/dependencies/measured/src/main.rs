//! Measures annotated code that its build script calls without measuring.

fn main() {
    let before = measured();
    println!("{} {} {:?}", env!("DOUBLED"), env!("GENERATED"), before);
    println!("{:?} {} {:?}", annotated::double(2), annotated::generate(3), measured());
}

/// Numbers of calls, counts and tokens.
fn measured() -> (u64, u64, u64) {
    let metrics = wf_instrument::snapshot::Snapshot::take().metrics;
    let calls = metrics.spans.iter().map(|row| row.ok.count()).sum();
    let counts = metrics.counters.iter().map(|row| row.value).sum();
    let tokens = metrics.generations.iter().map(|row| row.tokens).sum();
    (calls, counts, tokens)
}
