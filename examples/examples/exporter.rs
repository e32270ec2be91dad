//! Exports all series to Prometheus, together with readings and a family of the application.
//!
//! `cargo run -p wf-examples --example exporter`
#![expect(clippy::print_stdout, reason = "a lesson prints its result")]

use std::error::Error;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use wf_exporter::{Exporter, Family};
use wf_instrument::wf_measure;
use wf_sense::{Sensors, Watch};

/// Reads the weights of a layer.
#[wf_measure]
fn load_layer(layer: u32) -> u32 {
    layer
}

fn main() -> Result<(), Box<dyn Error>> {
    (0..3).map(load_layer).for_each(drop);

    let watch = Watch::start(Sensors::new())?;
    let exporter = Exporter::builder()
        .address(([127, 0, 0, 1], 0)) // any free port; the default is 127.0.0.1:9464
        .collector(wf_exporter::sensors(watch))
        .collector(|families| {
            let depth = Family::gauge("queue_depth", "Jobs that wait, by lane.");
            families.add(depth.sample(&[("lane", "fast")], 3.0))
        })
        .start()?;

    // The endpoint ends when `exporter` is dropped.
    let page = scrape(exporter.local_addr())?;
    let series = page.lines().filter(|line| !line.starts_with('#')).count();
    println!("{series} series, among them:");
    for name in [
        "wf_span_duration_seconds_count{",
        "wf_memory_",
        "queue_depth{",
    ] {
        for line in page.lines().filter(|line| line.starts_with(name)) {
            println!("{line}");
        }
    }
    Ok(())
}

fn scrape(address: SocketAddr) -> Result<String, Box<dyn Error>> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET /metrics HTTP/1.0\r\nhost: {address}\r\n\r\n")?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    let (_head, page) = response.split_once("\r\n\r\n").ok_or("no response")?;
    Ok(page.to_owned())
}
