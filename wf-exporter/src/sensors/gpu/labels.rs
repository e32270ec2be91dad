//! Which device a series is of.

use wf_sense::gpu::Info;

/// What tells one device from another; what else is known of it is in `wf_gpu_info`.
pub(in crate::sensors) struct Labels(Vec<(&'static str, String)>);

impl Labels {
    /// Of the device at `place` among all, which tells those apart that have no name.
    pub(in crate::sensors) fn of(info: &Info, place: usize) -> Self {
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

    /// With more of them.
    pub(in crate::sensors) fn and<'a>(
        &'a self,
        more: &[(&'static str, &'a str)],
    ) -> Vec<(&'static str, &'a str)> {
        let own = self.0.iter().map(|(name, value)| (*name, &**value));
        own.chain(more.iter().copied()).collect()
    }
}
