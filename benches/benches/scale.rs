//! Memory, and the time of a snapshot and of a scrape, by the number of histograms and of threads
//! that have recorded in all of them.
//!
//! Series are never removed, so each size is measured in a process of its own. Each thread records
//! in five octaves of each histogram, as latencies between 1.1 and 31 ms do. A scrape is one
//! request to the exporter over loopback: snapshot, page and transfer.
#![expect(clippy::print_stdout, reason = "a bench reports to its terminal")]

use std::hint::black_box;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, ExitCode};
use std::sync::Barrier;
use std::time::Instant;
use std::{env, fs, thread};

use serde::{Deserialize, Serialize};
use wf_benches::{Allocated, Arguments, CountingAllocator, Spread};
use wf_exporter::Exporter;
use wf_instrument::histogram::Recorder;
use wf_instrument::snapshot::Snapshot;
use wf_instrument::{Unit, registry};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const HISTOGRAMS: [usize; 3] = [10, 100, 1_000];
const THREADS: [usize; 3] = [1, 8, 64];
const ROUNDS: usize = 11;

fn main() -> ExitCode {
    match env::var(SIZE) {
        Ok(size) => wf_benches::main(|arguments| measure(&size, rounds(arguments))),
        Err(_) => wf_benches::main(run),
    }
}

/// Environment variable of a child: a number of histograms and one of threads.
const SIZE: &str = "WF_BENCH_SIZE";

fn rounds(arguments: &Arguments) -> usize {
    arguments.rounds.unwrap_or(ROUNDS)
}

/// The figures of one size.
#[derive(Serialize, Deserialize)]
struct Row {
    histograms: usize,
    threads: usize,
    /// Bytes that the allocator gave for a histogram before its first sample.
    bytes_before: f64,
    /// Bytes that it gave for a thread's share of a histogram.
    bytes_of_share: f64,
    /// Growth of the resident set by a thread's share of a histogram.
    resident_of_share: f64,
    snapshot_ms: f64,
    scrape_ms: f64,
    page_bytes: usize,
}

fn run(arguments: &Arguments) -> Result<(), String> {
    println!(
        "\nhistograms × threads, five octaves each; medians of {}",
        rounds(arguments)
    );
    let mut rows = Vec::new();
    for histograms in HISTOGRAMS {
        for threads in THREADS {
            let row = in_a_child(histograms, threads, rounds(arguments))?;
            println!(
                "{histograms:>5} × {threads:<2}  {:>5.0} bytes each  share {:>5.0} bytes, {:>5.0} resident  \
                 snapshot {:>7.2} ms  scrape {:>7.2} ms of {:>7} bytes",
                row.bytes_before,
                row.bytes_of_share,
                row.resident_of_share,
                row.snapshot_ms,
                row.scrape_ms,
                row.page_bytes,
            );
            rows.push(row);
        }
    }
    arguments.save(&rows)
}

fn in_a_child(histograms: usize, threads: usize, rounds: usize) -> Result<Row, String> {
    let child = || {
        Command::new(env::current_exe()?)
            .args(["--rounds", &rounds.to_string()])
            .env(SIZE, format!("{histograms} {threads}"))
            .output()
    };
    let output = child().map_err(|error| error.to_string())?;
    serde_json::from_slice(&output.stdout).map_err(|error| {
        let errors = String::from_utf8_lossy(&output.stderr);
        format!("the child for {histograms} histograms failed: {error}\n{errors}")
    })
}

/// Measures one size in this process, and prints its row as JSON.
fn measure(size: &str, rounds: usize) -> Result<(), String> {
    let numbers: Vec<usize> = size.split(' ').flat_map(str::parse).collect();
    let &[histograms, threads] = &*numbers else {
        return Err(format!("{SIZE} is not two numbers: {size}"));
    };
    let exporter = Exporter::builder().address(([127, 0, 0, 1], 0)).start();
    let exporter = exporter.map_err(|error| error.to_string())?;
    let begun = Allocated::now();
    let recorders = registered(histograms)?;
    let registered = Allocated::now();
    // What threads and their stacks take is there before.
    let (held, resident) = with_threads(threads, &recorders)?;
    let page = scrape(exporter.local_addr()).map_err(|error| error.to_string())?;
    let shares = (histograms * threads) as f64;
    let row = Row {
        histograms,
        threads,
        bytes_before: registered.since(begun).held as f64 / histograms as f64,
        bytes_of_share: held as f64 / shares,
        resident_of_share: resident as f64 / shares,
        snapshot_ms: median(rounds, || drop(black_box(Snapshot::take()))),
        scrape_ms: median(rounds, || drop(black_box(scrape(exporter.local_addr())))),
        page_bytes: page.len(),
    };
    println!(
        "{}",
        serde_json::to_string(&row).map_err(|error| error.to_string())?
    );
    Ok(())
}

fn registered(histograms: usize) -> Result<Vec<&'static Recorder>, String> {
    let add = |i: usize| {
        let labels = [("number", &*i.to_string())];
        registry::histogram("scale_bench_seconds", "", Unit::Nanos, &labels)
    };
    let added: Result<Vec<_>, _> = (0..histograms).map(add).collect();
    added.map_err(|error| error.to_string())
}

/// Has so many threads at once record in each histogram. Returns by how much the bytes that the
/// process holds and its resident set have grown.
fn with_threads(threads: usize, recorders: &[&Recorder]) -> Result<(u64, u64), String> {
    let barrier = Barrier::new(threads + 1);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                wf_instrument::clock::calibrate();
                barrier.wait();
                barrier.wait();
                let record = |recorder: &Recorder| {
                    (0..200).for_each(|i| recorder.record(1_100_000 + i * 150_000));
                };
                recorders.iter().copied().for_each(record);
                // Each thread keeps its slot until all have recorded.
                barrier.wait();
            });
        }
        barrier.wait();
        let (held, resident) = (Allocated::now(), resident()?);
        barrier.wait();
        barrier.wait();
        let grown = self::resident()?.saturating_sub(resident);
        Ok((Allocated::now().since(held).held, grown))
    })
}

/// Bytes of this process in RAM.
fn resident() -> Result<u64, String> {
    let status = fs::read_to_string("/proc/self/status").map_err(|error| error.to_string())?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kib: Option<u64> = kib.and_then(|kib| kib.parse().ok());
    kib.map(|kib| kib * 1_024)
        .ok_or_else(|| "no VmRSS in /proc/self/status".to_owned())
}

fn scrape(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n")?;
    let mut page = String::new();
    stream.read_to_string(&mut page)?;
    Ok(page)
}

/// Milliseconds.
fn median(rounds: usize, work: impl Fn()) -> f64 {
    let time = |_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64() * 1e3
    };
    Spread::of((0..rounds).map(time).collect()).median
}
