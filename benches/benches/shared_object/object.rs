//! The shared object of the bench `shared_object`, with a copy of the SDK.
#![expect(unsafe_code, reason = "the executable finds the function by its name")]

mod events;

/// Runs the event at `position` so many times.
#[unsafe(no_mangle)]
pub extern "C" fn run_events(position: usize, n: u64) {
    if let Some((_, run)) = events::EVENTS.get(position) {
        run(n);
    }
}
