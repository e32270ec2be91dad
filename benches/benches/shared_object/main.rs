//! Cost of an event in a shared object that is loaded at run time, beside the executable.
//!
//! A plug-in reads its thread-local variables through a call, `__tls_get_addr`, where an executable
//! reads an offset. Both are compiled from the same file with the same settings; the shared object
//! has a copy of the SDK.
#![expect(unsafe_code, reason = "a shared object is loaded")]
#![expect(clippy::print_stdout, reason = "a bench reports to its terminal")]

mod events;

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libloading::Library;
use serde::Serialize;
use wf_benches::{Arguments, Contest, Figure, Order, instructions, measured_events};

use self::events::EVENTS;

fn main() -> ExitCode {
    match Order::given() {
        Some(order) => wf_benches::main(|_| run(order)),
        None => wf_benches::main(measure),
    }
}

/// Where an event runs. An event has a contender of [`Order`] in each.
const PLACES: [&str; 2] = ["executable", "shared object"];

/// What valgrind's child does.
fn run(order: Order) -> Result<(), String> {
    let object = SharedObject::load(&built_at()?)?;
    let event = order.position / PLACES.len();
    let work = |n| match order.position % PLACES.len() {
        0 => EVENTS[event].1(n),
        _ => object.run(event, n),
    };
    // Calibrates the clock, and is the first event of this thread.
    work(1);
    measured_events(&mut || work(order.events));
    Ok(())
}

/// A row of the `--json` file.
#[derive(Serialize)]
#[serde(untagged)]
enum Row {
    Time(Figure),
    Count {
        event: &'static str,
        place: &'static str,
        instructions: f64,
    },
}

fn measure(arguments: &Arguments) -> Result<(), String> {
    const FEW: u64 = 20_000;
    const MANY: u64 = 120_000;
    let object: &'static SharedObject = Box::leak(Box::new(SharedObject::load(&build()?)?));
    let mut rows = Vec::new();
    for (event, &(name, work)) in EVENTS.iter().enumerate() {
        let contest = Contest::new(name)
            .contender(PLACES[0], work)
            .contender(PLACES[1], move |n| object.run(event, n));
        rows.extend(contest.run(arguments).into_iter().map(Row::Time));
    }
    println!("\ninstructions an event, by callgrind");
    for (event, &(name, _)) in EVENTS.iter().enumerate() {
        for (i, place) in PLACES.into_iter().enumerate() {
            let instructions = instructions(event * PLACES.len() + i, FEW, MANY)?;
            println!("{name:<16}{place:<16}{instructions:>8.1}");
            rows.push(Row::Count {
                event: name,
                place,
                instructions,
            });
        }
    }
    arguments.save(&rows)
}

struct SharedObject {
    run_events: extern "C" fn(usize, u64),
}

impl SharedObject {
    fn load(path: &Path) -> Result<Self, String> {
        // SAFETY: the constructors of this shared object only list its sites.
        let library = unsafe { Library::new(path) }.map_err(|error| error.to_string())?;
        // SAFETY: it defines `run_events` with this type.
        let found = unsafe { library.get::<extern "C" fn(usize, u64)>(b"run_events") };
        let run_events = *found.map_err(|error| error.to_string())?;
        // It stays loaded: its function is called until the process ends.
        std::mem::forget(library);
        Ok(Self { run_events })
    }

    fn run(&self, event: usize, n: u64) {
        (self.run_events)(event, n);
    }
}

/// Builds the shared object as this bench was built: from the same target directory, optimised.
fn build() -> Result<PathBuf, String> {
    let built = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
        .args(["build", "--release", "--quiet", "--package", "wf-benches"])
        .args(["--example", "shared_object", "--target-dir"])
        .arg(target()?)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    match built {
        Ok(status) if status.success() => built_at(),
        Ok(status) => Err(format!("the shared object cannot be built: {status}")),
        Err(error) => Err(format!("cargo cannot be started: {error}")),
    }
}

fn built_at() -> Result<PathBuf, String> {
    let name = libloading::library_filename("shared_object");
    Ok(target()?.join("release/examples").join(name))
}

/// The target directory, which this executable lies in: `target/release/deps/NAME`.
fn target() -> Result<PathBuf, String> {
    let itself = env::current_exe().map_err(|error| error.to_string())?;
    let target = itself.ancestors().nth(3);
    target
        .map(Path::to_path_buf)
        .ok_or_else(|| format!("no target directory above {}", itself.display()))
}
