//! `/proc/pressure` and the `*.pressure` files of control groups: the share of time in which somebody waited (PSI).

use procfs::parse_pressure_record;

use super::cgroup::Hierarchy;
use super::files::Files;
use crate::sensor::reading::{Reading, Reason};
use crate::units::Ratio;

/// The 10 s average for `cpu`, `memory` or `io`: of the process's own group where it keeps one, else of the host; absent where the kernel
/// keeps none at all.
pub(super) fn read(
    files: &mut Files,
    unified: Option<&Hierarchy>,
    resource: &str,
) -> Reading<Ratio> {
    if let Some(group) = unified.and_then(|unified| unified.levels.first())
        && let Ok(own) = files.read(&format!("{group}/{resource}.pressure"), parse)
    {
        return Reading::of(Ok(own));
    }
    match files.find(&format!("proc/pressure/{resource}"), parse) {
        // Only where there is a /proc at all does it say something that one of its files is missing.
        Ok(None) if files.exists("proc/self") => Reading::Absent(OFF),
        Ok(None) => Reading::Unknown(OFF),
        Ok(Some(host)) => Reading::of(Ok(host)),
        Err(why) => Reading::Unknown(why),
    }
}

/// The `some` line. Kernels before 5.13 write no other for the processor, so the second is not asked for.
fn parse(text: &str) -> Option<Ratio> {
    let some = text.lines().find(|line| line.starts_with("some "))?;
    let percent = parse_pressure_record(some).ok()?.avg10;
    Ratio::new(f64::from(percent) / 100.0).filter(|share| share.get() <= 1.0)
}

const OFF: Reason = Reason::Borrowed("the kernel keeps no pressure stall information");
