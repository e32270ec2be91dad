//! Reads the machine: CPU, memory, pressure (PSI) and GPUs, from one thread for all readers.
//!
//! `cargo run -p wf-examples --example sensors`
#![expect(clippy::print_stdout, reason = "a lesson prints its result")]

use std::fmt::Display;
use std::io;
use std::ops::ControlFlow;
use std::sync::mpsc::channel;
use std::thread::sleep;
use std::time::Duration;

use wf_instrument::Ratio;
use wf_sense::{Reading, Sensors, Watch};

/// A reading is present, absent (the machine has no such thing) or unknown (it cannot be read).
fn print<T: Display>(name: &str, reading: &Reading<T>) {
    match reading {
        Reading::Present { value, .. } => println!("{name:<14} {value:.2}"),
        Reading::Absent(reason) => println!("{name:<14} absent: {reason}"),
        Reading::Unknown(reason) => println!("{name:<14} unknown: {reason}"),
    }
}

fn main() -> io::Result<()> {
    // A clone is another handle on the same thread: one for the governor, one for the exporter.
    let watch = Watch::start(Sensors::new())?;

    // Rates need two passes; the thread reads once per second.
    sleep(Duration::from_millis(1_200));
    let readings = watch.readings();
    let share = |reading: &Reading<Ratio>| reading.clone().map(Ratio::get);
    print("CPU limit", &readings.cpu.limit);
    print("host CPU", &share(&readings.cpu.host_utilization));
    print("RSS", &readings.memory.resident);
    print("memory limit", &readings.memory.limit);
    print("memory used", &share(&readings.memory.utilization));
    let stalled = readings.pressure.cpu.clone().map(|stall| stall.some);
    print("PSI CPU", &share(&stalled));
    print(
        "GPUs",
        &readings.gpus.devices.clone().map(|gpus| gpus.len()),
    );

    // Urgent readings come five times per second, and at once when the kernel raises an alarm.
    let (sender, fast_readings) = channel();
    watch.subscribe(move |fast| match sender.send(fast.alarmed) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    });
    let alarmed = fast_readings.recv().expect("the watch runs");
    println!("alarm          {alarmed}");
    Ok(())
}
