//! Loads the plug-ins in its arguments, and prints each series of a snapshot at each stage:
//! `stage name count`.

use std::env;
use std::thread;

use libloading::Library;
use wf_instrument::snapshot::Snapshot;
use wf_instrument::{registry, wf_measure};

#[wf_measure(name = "host_called")]
fn called() {}

#[wf_measure(name = "host_uncalled")]
pub fn uncalled() {}

fn main() {
    let mut paths = env::args().skip(1);
    let mut load = || {
        let path = paths.next().expect("two plug-ins are named");
        // SAFETY: the constructors of these plug-ins only list their sites.
        unsafe { Library::new(path) }.expect("the plug-in can be loaded")
    };
    show("began");
    called();
    shared::called();
    let plugin = load();
    show("loaded");
    // SAFETY: the plug-in defines `run` with this type.
    let run = *unsafe { plugin.get::<extern "C" fn()>(b"run") }.expect("it has a `run`");
    thread::spawn(move || run()).join().expect("it does not panic");
    show("called");
    drop(plugin);
    show("closed");
    let alone = load();
    // SAFETY: the plug-in defines `run` with this type.
    let run = *unsafe { alone.get::<extern "C" fn() -> u64>(b"run") }.expect("it has a `run`");
    println!("alone own_calls {}", run());
    show("alone");
    drop(alone);
    show("ended");
}

fn show(stage: &str) {
    let metrics = Snapshot::take().metrics;
    for row in &metrics.spans {
        println!("{stage} {} {}", row.span, row.ok.count());
    }
    for row in &metrics.generations {
        println!("{stage} {} {}", row.model, row.tokens);
    }
    for row in &metrics.counters {
        println!("{stage} {} {}", row.name, row.value);
    }
    for row in &metrics.gauges {
        println!("{stage} {} {}", row.name, row.value);
    }
    println!("{stage} copies {}", registry::copies().unwrap_or_default());
}
