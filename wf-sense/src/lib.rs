//! What the process, the host and its devices are doing.
//!
//! [`Sensors::read`] makes one pass over everything that the kernel tells: one file or call a source, each read on its own, so that
//! one that fails leaves a reason in its own reading and the others as they are. A reading is a value with the moment it was taken,
//! [absent](Reading::Absent) (the machine has no such thing) or [unknown](Reading::Unknown) (it could not be read), and never a 0
//! or NaN that stands for one of those.
//!
//! [`Watch`] does so on a thread of its own for any number of readers: everything once a second, and what may not wait ([`FastReadings`]) five
//! times a second and whenever the kernel calls.
//!
//! On Linux the sources are `/proc`, control groups of version 2, 1 or both, PSI, and for GPUs the driver's library ([`gpu`]). Elsewhere
//! `sysinfo` brings the processor and memory readings, and the rest is unknown.
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
//! // A share of time takes two passes.
//! assert_eq!(readings.cpu.utilization.value(), None);
//! ```
//!
//! Each word of this documentation is defined in the [glossary](wf_instrument::glossary).
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
pub use self::table::{Entry, Kind, Part, Row, Unit};
pub use self::watch::Watch;
