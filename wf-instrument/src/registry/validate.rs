//! Names and labels that can be exported and collide with no other series.

use self::names::{label_name_error, metric_name_error, site_label_name_error, site_name_error};
use super::error::RegistryError;
use crate::slo::{Target, is_quantile};

// The macros' own rules.
wf_instrument_macros::name_rules!();

pub(super) fn check_metric(name: &str, labels: &[(&str, &str)]) -> Result<(), RegistryError> {
    refuse_name(name, metric_name_error)?;
    check_labels(
        name,
        labels.iter().map(|&(label, _)| label),
        label_name_error,
    )
}

pub(super) fn check_site(name: &str, labels: &[&str]) -> Result<(), RegistryError> {
    refuse_name(name, site_name_error)?;
    check_labels(name, labels.iter().copied(), site_label_name_error)
}

/// The rule that a name breaks, if it breaks one.
type Rule = fn(&str) -> Option<&'static str>;

fn refuse_name(name: &str, rule: Rule) -> Result<(), RegistryError> {
    match rule(name) {
        Some(why) => Err(RegistryError::Name {
            name: name.into(),
            why,
        }),
        None => Ok(()),
    }
}

fn check_labels<'a>(
    name: &str,
    labels: impl Iterator<Item = &'a str>,
    rule: Rule,
) -> Result<(), RegistryError> {
    let mut before = Vec::new();
    for label in labels {
        let twice = before.contains(&label).then_some("it is given twice");
        if let Some(why) = rule(label).or(twice) {
            let (name, label) = (name.into(), label.into());
            return Err(RegistryError::Label { name, label, why });
        }
        before.push(label);
    }
    Ok(())
}

pub(super) fn check_target(name: &str, target: Option<Target>) -> Result<(), RegistryError> {
    match target {
        Some(Target { quantile, .. }) if !is_quantile(quantile) => Err(RegistryError::Quantile {
            name: name.into(),
            quantile: quantile.to_string(),
        }),
        _ => Ok(()),
    }
}

pub(super) fn check_rate(name: &str, target_fps: f64) -> Result<(), RegistryError> {
    match target_fps.is_finite() && target_fps >= 0.0 {
        true => Ok(()),
        false => Err(RegistryError::FrameRate {
            name: name.into(),
            target_fps: target_fps.to_string(),
        }),
    }
}
