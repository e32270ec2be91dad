//! Utilisation of the parts of a GPU between two passes, by its own counters (GPM): from Hopper on.

use nvml_wrapper::enums::gpm::GpmMetricId;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::gpm::gpm_metrics_get;
use nvml_wrapper::struct_wrappers::gpm::GpmMetricResult;
use nvml_wrapper::{Device, GpmSample};

use super::query::{INVALID_NUMBER, Query, none};
use crate::gpu::device::Gpu;
use crate::reading::{ReadResult, Reading};
use wf_instrument::Ratio;

/// The sample of the pass before.
pub(super) struct Gpm<'nvml> {
    /// The GPU and the number of the instance in it, if the device is one: the driver takes samples
    /// of an instance by these.
    instance: Option<(Device<'nvml>, u32)>,
    /// The reason why no sample is ever taken.
    unsupported: Option<Reading<Ratio>>,
    earlier: Option<GpmSample<'nvml>>,
}

impl<'nvml> Gpm<'nvml> {
    pub(super) const fn new(instance: Option<(Device<'nvml>, u32)>) -> Self {
        Self {
            instance,
            unsupported: None,
            earlier: None,
        }
    }

    /// Takes a sample, and fills in what happened since the one before.
    pub(super) fn read(&mut self, query: &Query<'_, 'nvml>, gpu: &mut Gpu) {
        let shares = self.shares(query);
        let [active, occupancy, tensor, dram] =
            shares.unwrap_or_else(|why| METRICS.map(|_| why.clone()));
        gpu.sm_active = active;
        gpu.sm_occupancy = occupancy;
        gpu.tensor_active = tensor;
        gpu.dram_active = dram;
    }

    fn shares(&mut self, query: &Query<'_, 'nvml>) -> Result<[Reading<Ratio>; 4], Reading<Ratio>> {
        self.support(query)?;
        let earlier = self.earlier.take();
        let sample = match query.ask(|device| self.sample(device), Ok) {
            Reading::Present { value, .. } => self.earlier.insert(value),
            refusal => return Err(none(refusal)),
        };
        let Some(earlier) = earlier else {
            return Err(Reading::Unknown("needs a second reading".into()));
        };
        let metrics = query.ask(
            |device| gpm_metrics_get(device.nvml(), &earlier, sample, &METRICS),
            Ok,
        );
        match metrics {
            Reading::Present { value, .. } => {
                let mut metrics = value.into_iter();
                Ok(METRICS.map(|_| {
                    metrics
                        .next()
                        .map_or_else(Reading::default, |metric| share(query, metric))
                }))
            }
            refusal => Err(none(refusal)),
        }
    }

    /// Checks whether there are samples, until it is clear that there are none.
    fn support(&mut self, query: &Query<'_, 'nvml>) -> Result<(), Reading<Ratio>> {
        if let Some(why) = &self.unsupported {
            return Err(why.clone());
        }
        if self.earlier.is_some() {
            return Ok(());
        }
        let supported = query.ask(|device| self.gpu(device).gpm_support(), Ok);
        let why = match supported {
            Reading::Present { value: true, .. } => return Ok(()),
            Reading::Present { value: false, .. } => query.refused(&NvmlError::NotSupported),
            refusal => none(refusal),
        };
        self.unsupported = Some(why.clone()).filter(Reading::is_absent);
        Err(why)
    }

    fn sample(&self, device: &Device<'nvml>) -> Result<GpmSample<'nvml>, NvmlError> {
        if device.nvml().lib().nvmlGpmSampleFree.is_err() {
            // The wrapper would panic when a sample is dropped.
            return Err(NvmlError::FunctionNotFound);
        }
        match &self.instance {
            Some((gpu, instance)) => gpu.gpm_mig_sample(*instance),
            None => device.gpm_sample(),
        }
    }

    fn gpu<'a>(&'a self, device: &'a Device<'nvml>) -> &'a Device<'nvml> {
        self.instance.as_ref().map_or(device, |(gpu, _)| gpu)
    }
}

fn share(query: &Query<'_, '_>, metric: Result<GpmMetricResult, NvmlError>) -> Reading<Ratio> {
    match metric {
        Ok(metric) => Reading::of(of_percent(metric.value)),
        Err(error) => query.refused(&error),
    }
}

fn of_percent(percent: f64) -> ReadResult<Ratio> {
    Ratio::new(percent / 100.0).ok_or(INVALID_NUMBER.into())
}

/// In the order in which they are filled in.
const METRICS: [GpmMetricId; 4] = [
    GpmMetricId::SmUtil,
    GpmMetricId::SmOccupancy,
    GpmMetricId::AnyTensorUtil,
    GpmMetricId::DramBwUtil,
];
