//! A plug-in with a copy of the SDK of its own.

use wf_instrument::snapshot::Snapshot;
use wf_instrument::wf_measure;

#[wf_measure(name = "alone_called")]
fn called() {}

/// How many calls its own snapshot has.
#[unsafe(no_mangle)]
pub extern "C" fn run() -> u64 {
    called();
    let metrics = Snapshot::take().metrics;
    let row = metrics.spans.iter().find(|row| &*row.span == "alone_called");
    row.map_or(0, |row| row.ok.count())
}
