//! Labels that identify a device.

use wf_sense::gpu::{Gpu, Info};

use crate::descriptor::{Descriptor, LabelKey, Source};
use crate::family::Family;

/// Labels of a GPU, or none. The rest of its identity is in `wf_gpu_info`.
#[derive(Default)]
pub(super) struct DeviceLabels(Vec<(&'static str, String)>);

impl DeviceLabels {
    /// Labels of the GPU at `place` among all, which distinguishes those without a name.
    pub(super) fn of(info: &Info, place: usize) -> Self {
        let uuid = match info.uuid.as_str() {
            "" => format!("unknown-{place}"),
            uuid => uuid.to_owned(),
        };
        let mut labels = vec![("gpu", info.index.to_string()), ("uuid", uuid)];
        if let Some(mig) = &info.mig {
            let instance = mig.gpu_instance.map(|id| id.to_string());
            labels.push(("gpu_instance_id", instance.unwrap_or_default()));
            labels.push(("mig_profile", mig.profile.clone()));
        }
        Self(labels)
    }

    /// These and `more`.
    pub(super) fn and<'a, 'b: 'a>(
        &'a self,
        more: impl IntoIterator<Item = (&'b str, &'b str)>,
    ) -> Vec<(&'a str, &'a str)> {
        let own = self.0.iter();
        let mut labels: Vec<_> = own.map(|(name, value)| (*name, &**value)).collect();
        for label in more {
            labels.push(label);
        }
        labels
    }

    /// The family that holds the rest of the device's identity.
    pub(super) fn info(&self, gpu: &Gpu) -> Family {
        let more = [
            ("gpu_name", &*gpu.info.name),
            ("pci_bus_id", &*gpu.info.pci_bus_id),
            ("driver_version", &*gpu.info.driver_version),
        ];
        Family::of(&INFO).sample(&self.and(more), 1.0)
    }
}

pub(super) static INFO: Descriptor = Descriptor::gauge(
    Source::Gpus,
    "wf_gpu_info",
    "Always 1; the labels identify the GPU.",
)
.labels(&[
    LabelKey::any("gpu"),
    LabelKey::any("uuid"),
    LabelKey::any("gpu_instance_id"),
    LabelKey::any("mig_profile"),
    LabelKey::any("gpu_name"),
    LabelKey::any("pci_bus_id"),
    LabelKey::any("driver_version"),
]);
