//! One GPU as the driver described it in one pass, as plain data.

use crate::number::to_f64;
use std::sync::Arc;

use super::throttle::{ThrottleReasons, ThrottleTimes};
use crate::reading::Reading;
use crate::readings::{Group, Sensed, group};
use wf_instrument::{Bytes, Celsius, Hertz, Joules, PerSecond, Ratio, Watts};

/// A GPU, or an instance of one where it is partitioned (MIG), in one pass.
///
/// A partitioned GPU is told of whole, followed by each of its instances: what is summed over all of them counts its memory twice.
/// What a GPU, a MIG mode or a driver does not offer is [absent](Reading::Absent), what failed is [unknown](Reading::Unknown).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gpu {
    /// Which one it is.
    pub info: Arc<Info>,
    /// The share of time in which some kernel ran, over the driver's last sample (1/6 to 1 s long). Says nothing of how much of the
    /// GPU it used: that is `sm_active`.
    pub utilization: Reading<Ratio>,
    /// The share of time in which device memory was read or written. How full it is stands in `memory`.
    pub memory_activity: Reading<Ratio>,
    /// The busy share of the video encoders.
    pub encoder: Reading<Ratio>,
    /// The busy share of the video decoders.
    pub decoder: Reading<Ratio>,
    /// The busy share of the JPEG decoders.
    pub jpeg: Reading<Ratio>,
    /// The busy share of the optical flow accelerator.
    pub ofa: Reading<Ratio>,
    /// The share of time in which a multiprocessor had work, on average over all of them, since the pass before. As the next three:
    /// from Hopper on.
    pub sm_active: Reading<Ratio>,
    /// Warps in flight, of those that fit.
    pub sm_occupancy: Reading<Ratio>,
    /// The share of time in which tensor cores worked.
    pub tensor_active: Reading<Ratio>,
    /// The used share of the device memory's bandwidth.
    pub dram_active: Reading<Ratio>,
    /// Device memory.
    pub memory: Reading<Memory>,
    /// Device memory that is mapped for the processor and for other devices (BAR1).
    pub bar1_used: Reading<Bytes>,
    /// Used memory that confidential computing protects.
    pub protected_used: Reading<Bytes>,
    /// What it draws. From Ampere on (GA100 excepted) an average over a second.
    pub power: Reading<Watts>,
    /// What it may draw: the tightest of all limits.
    pub power_limit: Reading<Watts>,
    /// What it has drawn since the driver was loaded.
    pub energy: Reading<Joules>,
    /// Of the processor.
    pub temperature: Reading<Celsius>,
    /// Of the device memory.
    pub memory_temperature: Reading<Celsius>,
    /// Of the multiprocessors, now.
    pub sm_clock: Reading<Hertz>,
    /// Of the device memory, now.
    pub memory_clock: Reading<Hertz>,
    /// What holds the clocks down now.
    pub throttle_reasons: Reading<ThrottleReasons>,
    /// How long each has held them down.
    pub throttle_times: ThrottleTimes,
    /// Received over PCIe, in sum. The driver may begin again from zero.
    pub pcie_received: Reading<Bytes>,
    /// Sent over PCIe, in sum, likewise.
    pub pcie_transmitted: Reading<Bytes>,
    /// Bytes received over PCIe in a second, in a sample of 20 ms. Read only where there is no sum.
    pub pcie_received_rate: Reading<PerSecond>,
    /// Bytes sent over PCIe in a second, likewise.
    pub pcie_transmitted_rate: Reading<PerSecond>,
    /// PCIe packets that had to be sent again.
    pub pcie_replays: Reading<u64>,
    /// Memory errors that ECC corrected since the driver was loaded.
    pub ecc_corrected: Reading<u64>,
    /// Memory errors that it could not correct, likewise.
    pub ecc_uncorrected: Reading<u64>,
    /// Who uses it, for computing or drawing, by process.
    pub processes: Reading<Box<[GpuProcess]>>,
    /// Device memory that this process holds; absent where it does not use the GPU. Unknown in a container that has process ids of its own:
    /// the driver tells the host's.
    pub own_memory: Reading<Bytes>,
}

impl Gpu {
    /// Everything that is read of it by name, with when it was read or why it was not. The times of the throttle reasons are one: the first
    /// that is told, if any is.
    #[must_use]
    pub fn sensors(&self) -> Vec<(&'static str, Reading<()>)> {
        let mut told = Vec::new();
        self.each(&mut |name, reading| told.push((name, reading.state())));
        let times = || self.throttle_times.iter().map(|(_, time)| time);
        let time = times()
            .find(|time| time.value().is_some())
            .or_else(|| times().next());
        told.extend(time.map(|time| ("gpu_throttle_times", time.state())));
        told
    }
}

group!(Gpu {
    utilization: "gpu_utilization",
    memory_activity: "gpu_memory_activity",
    encoder: "gpu_encoder",
    decoder: "gpu_decoder",
    jpeg: "gpu_jpeg",
    ofa: "gpu_ofa",
    sm_active: "gpu_sm_active",
    sm_occupancy: "gpu_sm_occupancy",
    tensor_active: "gpu_tensor_active",
    dram_active: "gpu_dram_active",
    memory: "gpu_memory",
    bar1_used: "gpu_bar1_used",
    protected_used: "gpu_protected_used",
    power: "gpu_power",
    power_limit: "gpu_power_limit",
    energy: "gpu_energy",
    temperature: "gpu_temperature",
    memory_temperature: "gpu_memory_temperature",
    sm_clock: "gpu_sm_clock",
    memory_clock: "gpu_memory_clock",
    throttle_reasons: "gpu_throttle_reasons",
    pcie_received: "gpu_pcie_received",
    pcie_transmitted: "gpu_pcie_transmitted",
    pcie_received_rate: "gpu_pcie_received_rate",
    pcie_transmitted_rate: "gpu_pcie_transmitted_rate",
    pcie_replays: "gpu_pcie_replays",
    ecc_corrected: "gpu_ecc_corrected",
    ecc_uncorrected: "gpu_ecc_uncorrected",
    processes: "gpu_processes",
    own_memory: "gpu_own_memory",
} without info, throttle_times);

/// Those of `devices` that stand for themselves: instances, and GPUs that are not partitioned into any. Nothing is counted twice among them.
pub fn undivided(devices: &[Gpu]) -> impl Iterator<Item = &Gpu> {
    let parts = |whole: &Gpu| {
        let mut others = devices.iter().map(|other| &other.info);
        others.any(|other| other.mig.is_some() && other.index == whole.info.index)
    };
    devices
        .iter()
        .filter(move |gpu| gpu.info.mig.is_some() || !parts(gpu))
}

/// Which GPU it is: what does not change while the driver is loaded. A text is empty where the driver does not tell it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Info {
    /// The driver's number for it, from 0; of an instance, its GPU's. Numbers may change with a reboot: `uuid` does not.
    pub index: u32,
    /// Unique in the world: `GPU-…`, of an instance `MIG-…`.
    pub uuid: String,
    /// The product.
    pub name: String,
    /// Its place, `domain:bus:device.function`; of an instance, its GPU's.
    pub pci_bus_id: String,
    /// The driver's version.
    pub driver_version: String,
    /// Which instance of the GPU; `None` for a whole one.
    pub mig: Option<Mig>,
}

/// Which instance of a partitioned GPU.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mig {
    /// The GPU instance, which has memory of its own; `None` where the driver does not tell.
    pub gpu_instance: Option<u32>,
    /// The compute instance in it, likewise.
    pub compute_instance: Option<u32>,
    /// How much of the GPU it is, as in `1g.10gb`; empty where the driver does not tell.
    pub profile: String,
}

/// Device memory. The parts add up to the total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// What is built in, or what the instance has.
    pub total: Bytes,
    /// Allocated by processes.
    pub used: Bytes,
    /// What may still be allocated.
    pub free: Bytes,
    /// Kept by the driver and the firmware.
    pub reserved: Bytes,
}

impl Memory {
    /// The share of it that is not free; `None` of no memory at all.
    #[must_use]
    pub fn used_share(&self) -> Option<Ratio> {
        let taken = self.total.get().saturating_sub(self.free.get());
        Ratio::of(to_f64(taken), to_f64(self.total.get()))
    }
}

/// A process that uses a GPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GpuProcess {
    /// Its id, on the host even where this process is in a container.
    pub pid: u32,
    /// What it holds; `None` where the driver does not tell.
    pub memory: Option<Bytes>,
}
