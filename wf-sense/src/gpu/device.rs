//! One GPU in one pass, as plain data.

use crate::number::to_f64;
use std::sync::Arc;

use super::throttle::{ThrottleReasons, ThrottleTimes};
use crate::reading::Reading;
use crate::table::{Entry, Group, Row, Value, group, parts};
use wf_instrument::{Bytes, Celsius, Hertz, Joules, PerSecond, Ratio, Watts};

group! {
    /// A GPU, or an instance of one if it is partitioned (MIG), in one pass.
    ///
    /// A partitioned GPU is followed by each of its instances: a sum over all of them counts its
    /// memory twice. A value that a GPU, a MIG mode or a driver does not offer is
    /// [absent](Reading::Absent), one that failed is [unknown](Reading::Unknown).
    #[non_exhaustive]
    Gpu {
        @with {
            /// Identity of the GPU.
            info: Arc<Info>,
        }
        /// Over the driver's last sample (1/6 to 1 s long). How much of the GPU the kernels used
        /// is in `sm_active`.
        utilization: Reading<Ratio> = gauge "gpu_utilization",
            "Share of time in which at least one kernel ran.";
        /// The share of it in use is in `memory`.
        memory_copy_utilization: Reading<Ratio> =
            gauge "gpu_memory_copy_utilization" ["gpu_memory_activity"],
            "Share of time in which device memory was read or written.";
        encoder_utilization: Reading<Ratio> = gauge "gpu_encoder_utilization" ["gpu_encoder"],
            "Busy share of the video encoders.";
        decoder_utilization: Reading<Ratio> = gauge "gpu_decoder_utilization" ["gpu_decoder"],
            "Busy share of the video decoders.";
        jpeg_utilization: Reading<Ratio> = gauge "gpu_jpeg_utilization" ["gpu_jpeg"],
            "Busy share of the JPEG decoders.";
        ofa_utilization: Reading<Ratio> = gauge "gpu_ofa_utilization" ["gpu_ofa"],
            "Busy share of the optical flow accelerator.";
        /// Since the pass before. As the next three: from Hopper on.
        sm_active: Reading<Ratio> = gauge "gpu_sm_active",
            "Share of time in which a multiprocessor had work, averaged over all.";
        sm_occupancy: Reading<Ratio> = gauge "gpu_sm_occupancy",
            "Warps in flight, as a share of the maximum.";
        tensor_active: Reading<Ratio> = gauge "gpu_tensor_active",
            "Share of time in which tensor cores worked.";
        dram_active: Reading<Ratio> = gauge "gpu_dram_active",
            "Used share of the device memory's bandwidth.";
        memory: Reading<Memory> = parts "gpu_memory",
            "Device memory.";
        bar1_memory_used: Reading<Bytes> = gauge "gpu_bar1_memory_used" ["gpu_bar1_used"],
            "Device memory mapped for the CPU and other devices (BAR1).";
        protected_memory_used: Reading<Bytes> =
            gauge "gpu_protected_memory_used" ["gpu_protected_used"],
            "Used device memory that confidential computing protects.";
        /// From Ampere on (GA100 excepted) an average over a second.
        power: Reading<Watts> = gauge "gpu_power",
            "GPU power draw.";
        /// The tightest of all limits.
        power_limit: Reading<Watts> = gauge "gpu_power_limit",
            "Enforced power limit of the GPU.";
        energy: Reading<Joules> = counter "gpu_energy",
            "Energy used by the GPU since the driver was loaded.";
        temperature: Reading<Celsius> = gauge "gpu_temperature",
            "Temperature of the GPU.";
        memory_temperature: Reading<Celsius> = gauge "gpu_memory_temperature",
            "Temperature of the device memory.";
        sm_clock: Reading<Hertz> = gauge "gpu_sm_clock",
            "Clock of the multiprocessors.";
        memory_clock: Reading<Hertz> = gauge "gpu_memory_clock",
            "Clock of the device memory.";
        throttled: Reading<ThrottleReasons> = parts "gpu_throttled" ["gpu_throttle_reasons"],
            "1 while this reason reduces the clocks.";
        /// The driver may begin again from zero.
        pcie_received: Reading<Bytes> = counter "gpu_pcie_received",
            "Bytes received over PCIe.";
        /// The driver may begin again from zero.
        pcie_transmitted: Reading<Bytes> = counter "gpu_pcie_transmitted",
            "Bytes sent over PCIe.";
        /// In a sample of 20 ms. Read only where there is no total.
        pcie_received_rate: Reading<PerSecond> =
            gauge "gpu_pcie_received" ["gpu_pcie_received_rate"],
            "Bytes a second received over PCIe, where there is no total.";
        /// In a sample of 20 ms. Read only where there is no total.
        pcie_transmitted_rate: Reading<PerSecond> =
            gauge "gpu_pcie_transmitted" ["gpu_pcie_transmitted_rate"],
            "Bytes a second sent over PCIe, where there is no total.";
        pcie_replays: Reading<u64> = counter "gpu_pcie_replays",
            "PCIe packets that had to be sent again.";
        /// Those that ECC corrected.
        ecc_corrected: Reading<u64> =
            counter "gpu_ecc_errors" ["gpu_ecc_corrected"] { kind = "corrected" },
            "Memory errors since the driver was loaded, corrected by ECC or not.";
        /// Those that ECC could not correct.
        ecc_uncorrected: Reading<u64> =
            counter "gpu_ecc_errors" ["gpu_ecc_uncorrected"] { kind = "uncorrected" },
            "Memory errors since the driver was loaded, corrected by ECC or not.";
        /// For computing or drawing, by process.
        processes: Reading<Box<[GpuProcess]>> = gauge "gpu_processes",
            "Processes that use the GPU.";
        /// Absent where it does not use the GPU. Unknown in a container that has process ids of its
        /// own: the driver reports the host's.
        process_memory_used: Reading<Bytes> = gauge "gpu_process_memory_used" ["gpu_own_memory"],
            "Device memory of this process.";
        throttle_times: ThrottleTimes = parts "gpu_throttle" ["gpu_throttle_times"],
            "Time for which each reason reduced the clocks; reasons overlap.";
    }
}

impl Gpu {
    /// The table of a GPU's readings, in the order of [`entries`](Self::entries).
    #[must_use]
    pub const fn rows() -> &'static [Row] {
        Self::ROWS
    }

    /// Each reading of the GPU beside its row of the table.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry<'_>> {
        let mut entries = Vec::with_capacity(Self::ROWS.len());
        Group::entries(self, &mut entries);
        entries
    }

    /// The state of each sensor of the GPU, by name: when it was read, or why it was not.
    #[must_use]
    pub fn sensors(&self) -> Vec<(&'static str, Reading<()>)> {
        let entries = self.entries().into_iter();
        entries
            .map(|entry| (entry.row().sensor, entry.state()))
            .collect()
    }
}

/// Returns the instances, and the GPUs that are not partitioned into instances: a sum over these
/// counts nothing twice.
pub fn without_partitioned(devices: &[Gpu]) -> impl Iterator<Item = &Gpu> {
    let parts = |whole: &Gpu| {
        let mut others = devices.iter().map(|other| &other.info);
        others.any(|other| other.mig.is_some() && other.index == whole.info.index)
    };
    devices
        .iter()
        .filter(move |gpu| gpu.info.mig.is_some() || !parts(gpu))
}

/// Identity of a GPU, which does not change while the driver is loaded. A text is empty if the
/// driver does not report it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Info {
    /// The driver's number for it, from 0; of an instance, its GPU's. Numbers may change with a
    /// reboot; `uuid` does not.
    pub index: u32,
    /// Unique in the world: `GPU-…`, of an instance `MIG-…`.
    pub uuid: String,
    /// The product.
    pub name: String,
    /// Address on the PCI bus, `domain:bus:device.function`; of an instance, its GPU's.
    pub pci_bus_id: String,
    /// The driver's version.
    pub driver_version: String,
    /// The instance of the GPU; `None` for a whole one.
    pub mig: Option<Mig>,
}

/// Identity of an instance of a partitioned GPU.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Mig {
    /// The GPU instance, which has memory of its own; `None` if the driver does not
    /// report it.
    pub gpu_instance: Option<u32>,
    /// The compute instance in it, likewise.
    pub compute_instance: Option<u32>,
    /// Its share of the GPU, as in `1g.10gb`; empty if the driver does not report it.
    pub profile: String,
}

/// Device memory. The parts add up to the total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Memory {
    /// Size of the GPU's or the instance's memory.
    pub total: Bytes,
    /// Allocated by processes.
    pub used: Bytes,
    /// Memory that can still be allocated.
    pub free: Bytes,
    /// Kept by the driver and the firmware.
    pub reserved: Bytes,
}

parts!(Memory {
    Gauge "total": Bytes, "Device memory.", |it| it.total;
    Gauge "used": Bytes, "Device memory allocated by processes.", |it| it.used;
    Gauge "free": Bytes, "Device memory that can still be allocated.", |it| it.free;
    Gauge "reserved": Bytes, "Device memory kept by the driver and the firmware.",
        |it| it.reserved;
});

impl Memory {
    /// Returns the share that is not free; `None` if the total is zero.
    #[must_use]
    pub fn used_share(&self) -> Option<Ratio> {
        let taken = self.total.get().saturating_sub(self.free.get());
        Ratio::of(to_f64(taken), to_f64(self.total.get()))
    }
}

/// A process that uses a GPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct GpuProcess {
    /// Its id, on the host even where this process is in a container.
    pub pid: u32,
    /// Device memory of the process; `None` if the driver does not report it.
    pub memory: Option<Bytes>,
}

/// The number of processes.
impl Value for Box<[GpuProcess]> {
    fn numbers(&self, report: &mut dyn FnMut(usize, f64)) {
        report(0, to_f64(self.len() as u64));
    }
}
