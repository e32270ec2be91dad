//! Cost of reading the machine: a full pass, and the fast readings. CPU time of one thread, in a
//! process with few threads and in one with many.

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};
use wf_benches::{Arguments, Contest, Figure};
use wf_sense::Sensors;

/// As many threads as a service with pools for 16 processors may have.
const MANY: usize = 250;

fn main() -> ExitCode {
    wf_benches::main(|arguments| {
        // A pass has one reader; more of them would wait for the same kernel locks.
        let arguments = Arguments {
            threads: vec![1],
            ..arguments.clone()
        };
        let mut figures = looks("sensors, few threads", &arguments);
        (0..MANY).for_each(|_| drop(thread::spawn(thread::park)));
        figures.extend(looks("sensors, 250 threads", &arguments));
        arguments.save(&figures)
    })
}

fn looks(question: &'static str, arguments: &Arguments) -> Vec<Figure> {
    let (passing, fast) = (sensors(), sensors());
    let peer = Mutex::new(System::new().expect("this system is read"));
    Contest::new(question)
        .contender("wf, fast readings", move |n| {
            let mut sensors = fast.lock().expect("nobody panics");
            (0..n).for_each(|_| drop(black_box(sensors.read_fast())));
        })
        .contender("wf, full pass", move |n| {
            let mut sensors = passing.lock().expect("nobody panics");
            (0..n).for_each(|_| drop(black_box(sensors.read())));
        })
        .contender("sysinfo: this process, memory, CPUs", move |n| {
            let mut system = peer.lock().expect("nobody panics");
            (0..n).for_each(|_| refresh(&mut system));
        })
        .run(arguments)
}

fn sensors() -> Mutex<Sensors> {
    let mut sensors = Sensors::new();
    drop(sensors.read());
    Mutex::new(sensors)
}

/// The readings that sysinfo has too.
fn refresh(system: &mut System) {
    let pid = sysinfo::get_current_pid().expect("this system has processes");
    let kind = ProcessRefreshKind::nothing()
        .with_cpu()
        .with_memory()
        .with_disk_usage();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, kind);
    system.refresh_memory();
    system.refresh_cpu_usage();
}
