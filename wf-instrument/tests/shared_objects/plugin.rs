//! A plug-in: a shared object that its host loads at run time, and that uses the SDK of the host.

use wf_instrument::{wf_count, wf_gauge, wf_measure, wf_token};

#[wf_measure(name = "plugin_called")]
fn called() {
    shared::called();
    wf_count!("plugin_hits", 3);
    wf_gauge!("plugin_gauge", 0.5);
}

#[wf_measure(name = "plugin_uncalled")]
pub fn uncalled() {}

#[wf_measure(ttft, name = "plugin_generation")]
fn generate() {
    wf_token!(2);
}

#[unsafe(no_mangle)]
pub extern "C" fn run() {
    called();
    generate();
}
