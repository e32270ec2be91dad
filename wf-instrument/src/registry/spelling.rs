//! Names and labels that can be exported.

use super::RegistryError;

/// What an exporter could not write down, or would write as something else, is refused where the mistake is.
pub(super) fn check_name(name: &str) -> Result<(), RegistryError> {
    let why = match name {
        _ if !is_identifier(name) => {
            "a name has letters, digits and underscores, and no digit first"
        }
        _ if name.starts_with("wf_") => "`wf_` is where this crate's own series are",
        _ if name.ends_with("_total") => "`_total` is added to counters when they are exported",
        _ => return Ok(()),
    };
    let name = name.into();
    Err(RegistryError::Name { name, why })
}

pub(super) fn check_labels(name: &str, labels: &[(&str, &str)]) -> Result<(), RegistryError> {
    for (position, &(label, _)) in labels.iter().enumerate() {
        let why = match label {
            _ if !is_identifier(label) => {
                "a label has letters, digits and underscores, and no digit first"
            }
            _ if label.starts_with("__") => "two underscores at the beginning are Prometheus' own",
            "le" | "quantile" => "it is what Prometheus calls the bounds of a histogram",
            _ if labels[..position].iter().any(|&(other, _)| other == label) => "it is there twice",
            _ => continue,
        };
        let (name, label) = (name.into(), label.into());
        return Err(RegistryError::Label { name, label, why });
    }
    Ok(())
}

fn is_identifier(name: &str) -> bool {
    let starts = |b: u8| b.is_ascii_alphabetic() || b == b'_';
    let mut bytes = name.bytes();
    bytes.next().is_some_and(starts) && bytes.all(|b| starts(b) || b.is_ascii_digit())
}
