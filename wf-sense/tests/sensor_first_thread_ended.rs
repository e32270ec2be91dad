//! The sensors against the kernel, in a process whose first thread ends while others go on. Without
//! the harness, which is that thread.

#[cfg(all(target_os = "linux", not(wf_portable)))]
fn main() {
    linux::main();
}

#[cfg(not(all(target_os = "linux", not(wf_portable))))]
fn main() {}

#[cfg(all(target_os = "linux", not(wf_portable)))]
mod linux {
    #![expect(unsafe_code, reason = "no library ends the first thread alone")]

    use std::io::{Write, stdout};
    use std::panic::catch_unwind;
    use std::{fs, process, thread};

    use wf_sense::{Reading, Sensors};

    pub(super) fn main() {
        thread::spawn(|| {
            let passed = catch_unwind(every_reading_is_as_before).is_ok();
            // As the harness ends, for those who count.
            let (ok, failed) = if passed { ("ok", 0) } else { ("FAILED", 1) };
            let passed = 1 - failed;
            let result = format!("test result: {ok}. {passed} passed; {failed} failed; 0 ignored;");
            writeln!(stdout(), "{result}").expect("stdout takes a line");
            process::exit(failed);
        });
        // SAFETY:
        // - `exit` ends this thread alone and returns to nobody;
        // - the thread that goes on borrows nothing from this one, and nothing on this stack is
        //   dropped that another waits for.
        unsafe { libc::syscall(libc::SYS_exit, 0) };
    }

    fn every_reading_is_as_before() {
        let mut sensors = Sensors::new();
        while !has_ended() {
            thread::yield_now();
        }
        let readings = sensors.read();
        let fast = sensors.read_fast();
        assert_some(&readings.memory.resident);
        assert_some(&readings.memory.rss);
        assert_some(&readings.memory.utilization);
        assert_some(&readings.memory.limit);
        assert_some(&readings.cpu.limit);
        assert_some(&readings.cpu.threads);
        assert_some(&fast.resident);
        assert_some(&fast.memory_utilization);
        let totals = readings
            .process
            .totals
            .value()
            .expect("its totals are read");
        assert!(totals.virtual_memory.get() > 1 << 20, "{totals:?}");
        let files = readings.process.open_fds.value();
        assert!(files > Some(&2), "{files:?}");
        let held = fast.resident.value().map(|held| held.get());
        assert!(held > Some(1 << 16), "{held:?}");
    }

    fn has_ended() -> bool {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        status.contains("State:\tZ")
    }

    #[track_caller]
    fn assert_some<T: std::fmt::Debug>(reading: &Reading<T>) {
        assert!(reading.value().is_some(), "{reading:?}");
    }
}
