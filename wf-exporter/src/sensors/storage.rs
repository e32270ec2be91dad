//! Storage.

use wf_sense::Storage;

use super::told::{Told, bytes, seconds};

pub(super) fn tell(storage: &Storage, told: &mut Told<'_>) {
    told.gauge(
        "wf_disk_wait_seconds",
        "Mean time that an I/O request waits for its device.",
        &storage.wait,
        seconds,
    );
    told.counter(
        "wf_disk_read_bytes",
        "Bytes that this process had fetched from storage.",
        &storage.moved,
        |moved| bytes(&moved.read),
    );
    told.counter(
        "wf_disk_written_bytes",
        "Bytes that this process had sent to storage.",
        &storage.moved,
        |moved| bytes(&moved.written),
    );
    told.counter(
        "wf_disk_io_wait_seconds",
        "Time that threads of this process have waited for storage.",
        &storage.waited,
        seconds,
    )
}
