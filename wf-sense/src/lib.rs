//! Readings of the process, its control group, the host and its GPUs.
//!
//! A [`Reading`] is a value with the moment of its read, [absent](Reading::Absent) (the machine has
//! no such thing) or [unknown](Reading::Unknown) (it could not be read, with the reason). It is
//! never a 0 or NaN that stands for one of those.
//!
//! ```
//! use wf_sense::{Reading, Sensors};
//!
//! let mut sensors = Sensors::new();
//! let readings = sensors.read();
//! match &readings.memory.utilization {
//!     Reading::Present { value, .. } => assert!(value.get() > 0.0),
//!     Reading::Absent(reason) | Reading::Unknown(reason) => assert!(!reason.is_empty()),
//! }
//! // A share of time needs two passes.
//! assert_eq!(readings.cpu.utilization.value(), None);
//! ```
//!
//! # Design
//!
//! [`Sensors::read`] makes one pass over all sources. Each is read on its own: one that fails
//! leaves its reason in its own readings, and the others as they are. [`Watch`] does so on a thread
//! of its own for any number of readers: all [`Readings`] once a second, and [`FastReadings`] five
//! times a second and whenever the kernel raises an alarm.
//!
//! Each reading is one [`Row`] of a table ([`Readings::rows`], [`gpu::Gpu::rows`]): name, unit,
//! kind and description. Its field, its docs and its place in [`Readings::entries`] follow from the
//! row, and so does the family that wf-exporter writes.
//!
//! # Platforms
//!
//! On Linux the sources are `/proc`, control groups of version 2, 1 or both, PSI, and NVIDIA's
//! library for GPUs ([`gpu`]). On other systems `sysinfo` provides processors and memory, and the
//! rest is absent or unknown.
//!
//! # Cost
//!
//! A pass reads some 35 files, and one for each thread; fast readings take five files. The bench
//! `sensors` measures both on your machine. No read waits for a device: GPUs have a thread of their
//! own.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `gpu` | NVIDIA GPUs, by the driver's library, which is looked for at run time |
//! | `tokio` | the metrics of a tokio runtime (`Sensors::runtime`) |
//! | `serde` | serialization of readings |
//! | `mock` | a clock that tests move by hand |
//!
//! # Caveats
//!
//! - Limits of control groups outside the process's namespace or mounts are not visible inside.
//! - Linux counts CPU time in steps of 10 ms, so a share over less than 100 ms is not computed.
//! - In a child of `fork(2)` no thread runs: what a `Watch` or the GPU reader read last grows old.
//! - GPUs of AMD and Intel are not read.
//!
//! Terms of this documentation are defined in the [glossary](wf_instrument::glossary).
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(wf_portable))))]

pub mod gpu;
#[cfg(all(target_os = "linux", not(wf_portable)))]
mod linux;
mod machine;
mod number;
#[cfg(any(not(target_os = "linux"), wf_portable, test))]
mod portable;
mod reading;
mod readings;
#[cfg(feature = "tokio")]
mod runtime;
mod sensors;
mod since;
mod table;
mod watch;

pub use self::reading::Reading;
pub use self::readings::{
    Alarms, BlockIo, Cpu, FastReadings, Gpus, GroupEvents, GroupMemory, Heap, HostTasks, Memory,
    Pressure, Process, ProcessTotals, Readings, Resident, Runtime, Scope, Sensing, Stall, Storage,
    Swapped, Threads, Throttling, Workers,
};
pub use self::sensors::Sensors;
pub use self::table::{Entry, Kind, Part, Row};
pub use self::watch::Watch;
