//! `/proc/pressure` and the `*.pressure` files of control groups: the share of time in which somebody waited (PSI).

use procfs::parse_pressure_record;

use super::cgroup::Hierarchy;
use super::files::{Files, GONE};
use crate::reading::{ReadResult, Reading, Reason};
use crate::readings::{Scope, Stall};
use wf_instrument::{Nanos, Ratio};

/// Stalls for `cpu`, `memory` or `io` on the whole host; absent where the kernel keeps none at all.
pub(super) fn host(files: &mut Files, resource: &str) -> Reading<Stall> {
    match files.find_again(&format!("proc/pressure/{resource}"), |text| {
        parse(text, Scope::Host)
    }) {
        // Only in a /proc that shows the host does it say something that one of its files is
        // missing.
        Ok(None) if files.shows_host() => Reading::Absent(OFF),
        Ok(None) => Reading::Unknown("/proc does not show the host here".into()),
        Ok(Some(host)) => Reading::of(Ok(host)),
        Err(why) => Reading::Unknown(why),
    }
}

/// The same of the process's own group; `None` where it keeps none. A group whose file cannot be read is no reason to take the host's for it.
pub(super) fn own(
    files: &mut Files,
    unified: &ReadResult<Option<&Hierarchy>>,
    resource: &str,
) -> Option<Reading<Stall>> {
    let group = match unified {
        Ok(unified) => (*unified)?.levels.first()?,
        // Whichever group it is, the host's is not its pressure.
        Err(why) => return Some(Reading::Unknown(why.clone())),
    };
    let path = format!("{group}/{resource}.pressure");
    match files.find_again(&path, |text| parse(text, Scope::Group)) {
        Ok(None) if files.exists(group) => None,
        Ok(None) => Some(Reading::Unknown(GONE)),
        Ok(Some(own)) => Some(Reading::of(Ok(own))),
        Err(why) => Some(Reading::Unknown(why)),
    }
}

/// Kernels before 5.13 write no `full` line for the processor.
fn parse(text: &str, scope: Scope) -> Option<Stall> {
    let (some, some_time) = line(text, "some ")?;
    let full = match line(text, "full ") {
        None if text.contains("full") => return None,
        full => full,
    };
    Some(Stall {
        scope,
        some,
        full: full.map(|(share, _)| share),
        some_time,
        full_time: full.map(|(_, time)| time),
    })
}

/// The 10 s average and the total, in microseconds, of the line that begins with `kind`.
fn line(text: &str, kind: &str) -> Option<(Ratio, Nanos)> {
    let line = text.lines().find(|line| line.starts_with(kind))?;
    let record = parse_pressure_record(line).ok()?;
    // The kernel writes hundredths of a percent.
    let share = (f64::from(record.avg10) * 100.0).round() / 10_000.0;
    let share = Ratio::new(share).filter(|share| share.get() <= 1.0)?;
    Some((share, Nanos::new(record.total.checked_mul(1_000)?)))
}

const OFF: Reason = Reason::Borrowed("the kernel keeps no pressure stall information");
