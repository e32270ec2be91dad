//! Devices that are there and cannot be read.

use wf_sense::Sensors;

use crate::Machine;

#[test]
fn a_gpus_library_makes_the_gpu_unknown() {
    let machine = Machine::named("bare_metal");
    machine.write("usr/lib64/libnvidia-ml.so.1", b"");
    let readings = Sensors::rooted(machine.root()).read();
    let reason = match cfg!(feature = "gpu") {
        true => "the driver's library cannot be loaded",
        false => "GPU readings come with the feature gpu",
    };
    assert_eq!(readings.gpus.busiest_utilization.reason(), Some(reason));
    assert!(!readings.gpus.busiest_utilization.is_absent());
}

#[test]
fn a_gpu_without_a_reader_is_unknown() {
    let machine = Machine::named("bare_metal");
    machine.write("sys/class/drm/card0/device/vendor", b"0x8086\n");
    machine.write("sys/class/drm/version", b"drm 1.1.0\n");
    assert!(
        Sensors::rooted(machine.root())
            .read()
            .gpus
            .busiest_utilization
            .is_absent()
    );
    machine.write("sys/class/drm/card1/device/vendor", b"0x1002\n");
    let gpus = Sensors::rooted(machine.root()).read().gpus;
    assert_eq!(
        gpus.busiest_utilization.reason(),
        Some("GPUs of AMD are not read")
    );
    assert!(!gpus.devices.is_absent());
}

#[test]
fn where_devices_cannot_be_looked_for_they_are_unknown() {
    for path in ["sys/class/drm", "etc/ld.so.cache/is-a-directory"] {
        let machine = Machine::named("bare_metal");
        machine.write(path, b"");
        let gpus = Sensors::rooted(machine.root()).read().gpus;
        assert!(
            !gpus.busiest_utilization.is_absent(),
            "{path}: {:?}",
            gpus.busiest_utilization
        );
    }
}
