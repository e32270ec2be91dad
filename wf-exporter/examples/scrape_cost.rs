//! Measures the cost of a scrape: scrapes an exporter of N histograms over loopback and prints
//! series, bytes and times.
//!
//! `cargo run --release -p wf-exporter --example scrape_cost -- 200`
#![expect(clippy::print_stdout, reason = "a measurement prints its result")]

use std::io::{Error, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use wf_exporter::Exporter;
use wf_instrument::histogram::HistogramSnapshot;
use wf_instrument::snapshot::{HistogramMetrics, Metrics, Snapshot, Unit};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let histograms = std::env::args().nth(1).map_or(Ok(200), |n| n.parse())?;
    let snapshot = busy(histograms);
    let exporter = Exporter::builder()
        .address(([127, 0, 0, 1], 0))
        .source(move || snapshot.clone())
        .start()?;
    let mut scrapes = Vec::with_capacity(SCRAPES);
    for _ in 0..SCRAPES {
        scrapes.push(scrape(exporter.local_addr())?);
    }
    report(histograms, scrapes);
    Ok(())
}

/// Histograms of 10,000 latencies each, spread over three decades as real ones are.
fn busy(histograms: usize) -> Snapshot {
    let latencies: HistogramSnapshot = (0..10_000_u64)
        .map(|i| 1_000_000 + (i * i * i) / 1_000)
        .collect();
    let row = |n: usize| {
        let mut row = HistogramMetrics::default();
        row.name = format!("stage_{n}_seconds").into();
        row.unit = Unit::Nanos;
        row.samples = latencies.clone();
        row
    };
    let metrics = {
        let mut metrics = Metrics::default();
        metrics.histograms = (0..histograms).map(row).collect();
        metrics
    };
    Snapshot::new(wf_instrument::Nanos::ZERO, metrics)
}

struct Scrape {
    page: String,
    took: Duration,
}

fn scrape(address: SocketAddr) -> Result<Scrape, Error> {
    let begin = Instant::now();
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n")?;
    let mut page = String::new();
    stream.read_to_string(&mut page)?;
    Ok(Scrape {
        page,
        took: begin.elapsed(),
    })
}

fn report(histograms: usize, mut scrapes: Vec<Scrape>) {
    scrapes.sort_by_key(|scrape| scrape.took);
    let median = &scrapes[SCRAPES / 2];
    let mut renders: Vec<f64> = scrapes
        .iter()
        .filter_map(|scrape| rendered(&scrape.page))
        .collect();
    renders.sort_by(f64::total_cmp);
    let series = median
        .page
        .lines()
        .filter(|line| line.contains(' ') && !line.starts_with('#'));
    println!(
        "{histograms} histograms, {} lines of samples, {} bytes",
        series.count(),
        median.page.len()
    );
    println!(
        "render, median of {}: {:.2} ms",
        renders.len(),
        renders[renders.len() / 2] * 1e3
    );
    println!(
        "scrape over loopback, median of {SCRAPES}: {:.2} ms",
        median.took.as_secs_f64() * 1e3
    );
}

fn rendered(page: &str) -> Option<f64> {
    let line = page
        .lines()
        .find_map(|line| line.strip_prefix("wf_scrape_render_seconds "))?;
    line.parse().ok()
}

const SCRAPES: usize = 200;
