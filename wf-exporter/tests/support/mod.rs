//! Real tools that read the exported page. A test whose tool is missing prints SKIPPED and checks
//! nothing.

#![allow(dead_code, reason = "each test program uses some of it")]
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A real Prometheus that scrapes one target once a second. Dropped, it is killed.
pub(crate) struct Prometheus {
    child: Child,
    address: SocketAddr,
}

impl Prometheus {
    pub(crate) fn start(program: &Path, target: SocketAddr) -> Self {
        // Two in one folder would each have the target of the other.
        let name = format!("prometheus-{}-{}", std::process::id(), target.port());
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let config = folder.join("prometheus.yml");
        std::fs::write(
            &config,
            format!(
                "global: {{scrape_interval: 1s, scrape_timeout: 1s}}\n\
                 scrape_configs: [{{job_name: wf, static_configs: [{{targets: ['{target}']}}]}}]\n"
            ),
        )
        .unwrap();
        let address = free_address();
        let child = Command::new(program)
            .arg(format!("--config.file={}", config.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.join("data").display()
            ))
            .arg(format!("--web.listen-address={address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, address }
    }

    /// Queries until the value of the only series of `query` is enough.
    pub(crate) fn wait_until(&self, query: &str, is_enough: impl Fn(f64) -> bool) -> f64 {
        let begin = Instant::now();
        loop {
            let response = self.query(query);
            let value = response.as_ref().and_then(|response| {
                response
                    .pointer("/data/result/0/value/1")?
                    .as_str()?
                    .parse()
                    .ok()
            });
            match value {
                Some(value) if is_enough(value) => return value,
                _ => assert!(begin.elapsed() < DEADLINE, "{query}: {response:?}"),
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    pub(crate) fn label(&self, query: &str, label: &str) -> String {
        let response = self.query(query).unwrap();
        let found = response.pointer(&format!("/data/result/0/metric/{label}"));
        found.and_then(Value::as_str).unwrap().to_owned()
    }

    /// `None` until the server is up.
    fn query(&self, query: &str) -> Option<Value> {
        TcpStream::connect(self.address).ok()?;
        let query: String = query.bytes().map(|byte| format!("%{byte:02x}")).collect();
        serde_json::from_str(&get(self.address, &format!("/api/v1/query?query={query}"))).ok()
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _may_have_ended = self.child.kill();
        let _may_have_ended = self.child.wait();
    }
}

/// A start of Prometheus and two scrapes take about three seconds; only a failing test waits
/// longer.
const DEADLINE: Duration = Duration::from_secs(60);

/// Prometheus does not report its port, so it gets one that was free a moment ago.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

/// Checks that `promtool check metrics` reports nothing on the page.
pub(crate) fn check_with_promtool(page: &str) {
    let Some(promtool) = tool("WF_PROMTOOL", "promtool") else {
        return;
    };
    let output = run(Command::new(promtool).args(["check", "metrics"]), page);
    let silent = output.stdout.is_empty() && output.stderr.is_empty();
    assert!(output.status.success() && silent, "{output:?}");
}

/// The body of the response. HTTP/1.0, so that it is not sent in chunks.
pub(crate) fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nhost: {address}\r\n\r\n").unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
        .split_once("\r\n\r\n")
        .map_or(String::new(), |(_, body)| body.to_owned())
}

/// The program's output after `input` on its standard input.
pub(crate) fn run(command: &mut Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

/// The path of a program: named by the variable, or found on `PATH`.
pub(crate) fn tool(variable: &str, name: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut on_path = std::env::split_paths(&path).map(|folder| folder.join(name));
    let found = named.or_else(|| on_path.find(|file| file.is_file()));
    if found.is_none() {
        skipped(variable, name);
    }
    found
}

pub(crate) fn skipped(variable: &str, tool: &str) {
    let note = format!("SKIPPED: {tool} is not here, and {variable} does not say where it is");
    // Bypasses the test harness, which captures output.
    writeln!(std::io::stderr(), "{note}").expect("stderr takes a line");
}
