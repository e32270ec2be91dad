//! A plug-in with a separate copy of the SDK.

use wf_instrument::snapshot::Snapshot;
use wf_instrument::wf_measure;

#[wf_measure(name = "alone_called")]
fn called() {}

/// Calls once, and returns the number of calls in a snapshot of its own copy.
#[unsafe(no_mangle)]
pub extern "C" fn run() -> u64 {
    called();
    let metrics = Snapshot::take().metrics;
    let row = metrics.spans.iter().find(|row| &*row.span == "alone_called");
    row.map_or(0, |row| row.ok.count())
}
