//! Measures what its build script calls unmeasured.

fn main() {
    let before = measured();
    println!("{} {} {:?}", env!("DOUBLED"), env!("REPLIED"), before);
    println!("{:?} {} {:?}", annotated::double(2), annotated::reply(3), measured());
}

/// Calls, counts and tokens.
fn measured() -> (u64, u64, u64) {
    let totals = wf_instrument::snapshot::Snapshot::take().totals;
    let calls = totals.spans.iter().map(|row| row.ok.count()).sum();
    let counts = totals.counters.iter().map(|row| row.value).sum();
    let tokens = totals.generations.iter().map(|row| row.tokens).sum();
    (calls, counts, tokens)
}
