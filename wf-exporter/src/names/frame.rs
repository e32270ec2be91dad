//! Pictures drawn.

use wf_instrument::snapshot::FrameMetrics;

use super::pairs;
use crate::bounds::{self, to_f64};
use crate::families::{Families, Family, Value};

pub(super) fn frames(rows: &[FrameMetrics], families: &mut Families) {
    if rows.is_empty() {
        return;
    }
    let each = |family: Family, value: fn(&FrameMetrics) -> Value| {
        rows.iter().fold(family, |family, row| {
            family.sample(&pairs(&[("frame", &row.frame)], &row.labels), value(row))
        })
    };
    families.offer(each(Family::counter("wf_frames", "Frames drawn."), |row| {
        to_f64(row.duration.count()).into()
    }));
    families.offer(each(
        Family::counter(
            "wf_frames_late",
            "Frames that took longer than their budget.",
        ),
        |row| to_f64(row.late).into(),
    ));
    families.offer(each(
        Family::counter(
            "wf_frames_dropped",
            "Frames that were not drawn because one before took longer than its budget.",
        ),
        |row| to_f64(row.dropped).into(),
    ));
    families.offer(each(
        Family::histogram("wf_frame_duration_seconds", "Time that a frame took."),
        |row| bounds::FRAME.count(&row.duration).into(),
    ));
}
