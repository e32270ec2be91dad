//! The program under test, on ports of its own.

use std::env::temp_dir;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

/// A running engine. Killed on drop.
pub(crate) struct Process {
    child: Child,
    /// Kept open, so that the engine can continue to write.
    _stdout: BufReader<ChildStdout>,
    pub(crate) serve: SocketAddr,
    /// `None` in a build that does not measure.
    pub(crate) metrics: Option<SocketAddr>,
    report: PathBuf,
}

impl Process {
    /// Starts the engine and waits until it prints its addresses.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let ports = ["--serve", "127.0.0.1:0", "--metrics", "127.0.0.1:0"];
        Self::start_as(&[&ports, arguments].concat())
    }

    /// The same, on the ports in `arguments`.
    pub(crate) fn start_as(arguments: &[&str]) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let report = temp_dir().join(format!("wf-engine-{}-{number}.json", std::process::id()));
        let mut child = program()
            .args(arguments)
            .arg("--report")
            .arg(&report)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("its output is piped"));
        let mut line = String::new();
        stdout
            .read_line(&mut line)
            .expect("it prints its addresses");
        Self {
            child,
            _stdout: stdout,
            serve: address(&line, "serving http://", "/v1").expect("an address to serve on"),
            metrics: address(&line, "metrics http://", "/metrics"),
            report,
        }
    }

    /// RSS in bytes; `None` if it cannot be read.
    pub(crate) fn resident(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kib << 10)
    }

    /// Sends SIGTERM and reads the report.
    pub(crate) fn finish(self) -> Value {
        let id = self.child.id().to_string();
        let output = Command::new("kill").args(["-TERM", &id]).status();
        assert!(output.expect("kill runs").success());
        self.wait()
    }

    /// Waits for the end and reads the report.
    pub(crate) fn wait(mut self) -> Value {
        let status = self.child.wait().expect("it ends");
        assert!(status.success(), "{status}");
        let report = std::fs::read(&self.report).expect("it wrote a report");
        serde_json::from_slice(&report).expect("the report is JSON")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.report);
    }
}

/// Runs the program to its end.
pub(crate) fn output(arguments: &[&str]) -> Output {
    program()
        .args(arguments)
        .output()
        .expect("the program starts")
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_wf-engine"))
}

fn address(line: &str, before: &str, after: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once(before)?;
    rest.split_once(after)?.0.parse().ok()
}
