//! Serves this process's measurements and a gauge, reads the page as Prometheus would, and ends.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::io::{Error, Read, Write};
use std::net::{SocketAddr, TcpStream};

use wf_exporter::{Exporter, Family};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let exporter = Exporter::builder()
        .address(([127, 0, 0, 1], 0))
        .collector(|families| {
            let lanes = Family::gauge("queue_depth", "Jobs that wait, by lane.");
            families.add(
                lanes
                    .sample(&[("lane", "fast")], 3.0)
                    .sample(&[("lane", "slow")], 12.0),
            )
        })
        .start()?;
    println!("http://{}/metrics\n", exporter.local_addr());
    println!("{}", read(exporter.local_addr())?);
    exporter.stop();
    Ok(())
}

fn read(address: SocketAddr) -> Result<String, Error> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n")?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    Ok(response)
}
