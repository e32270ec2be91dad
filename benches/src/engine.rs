//! The reference engine as a program: built, and run to its end or kept serving.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, io, thread};

use serde_json::Value;

/// The binary of the engine.
#[derive(Clone, Debug)]
pub struct Engine {
    binary: PathBuf,
}

impl Engine {
    /// Builds the engine for release with `features` of Cargo (such as `--no-default-features`),
    /// into a folder of its own under the target folder. Minutes where nothing was built
    /// before.
    ///
    /// # Errors
    ///
    /// The error of Cargo.
    pub fn build(folder: &str, features: &[&str]) -> Result<Self, String> {
        let target = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../target")
            .join(folder);
        let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let built = Command::new(cargo)
            .args([
                "build",
                "--release",
                "--package",
                "wf-engine",
                "--bin",
                "wf-engine",
            ])
            .args(features)
            .arg("--target-dir")
            .arg(&target)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status();
        match built {
            Ok(status) if status.success() => Ok(Self {
                binary: target.join("release/wf-engine"),
            }),
            Ok(status) => Err(format!(
                "the engine was not built: cargo ended with {status}"
            )),
            Err(error) => Err(format!("cargo could not be started: {error}")),
        }
    }

    /// Runs the engine to its end and returns its report.
    ///
    /// # Errors
    ///
    /// A message, if the engine fails or its report cannot be read.
    pub fn run(&self, arguments: &[&str]) -> Result<Report, String> {
        let path = env::temp_dir().join(format!("wf-report-{}.json", std::process::id()));
        let status = Command::new(&self.binary)
            .args(arguments)
            .args([
                "--serve",
                "127.0.0.1:0",
                "--metrics",
                "127.0.0.1:0",
                "--report",
            ])
            .arg(&path)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .map_err(|error| format!("{} could not be started: {error}", self.binary.display()))?;
        if !status.success() {
            return Err(format!("the engine ended with {status} on {arguments:?}"));
        }
        let text =
            fs::read(&path).map_err(|error| format!("no report at {}: {error}", path.display()))?;
        let json = serde_json::from_slice(&text)
            .map_err(|error| format!("the report is no JSON: {error}"))?;
        Ok(Report { json })
    }

    /// Starts the engine and waits until it responds. It ends when the result is dropped.
    ///
    /// # Errors
    ///
    /// If it cannot be started, or does not respond within a minute.
    pub fn serve(&self, arguments: &[&str]) -> Result<Serving, String> {
        let (api, metrics) = (free_address()?, free_address()?);
        let engine = Command::new(&self.binary)
            .args(arguments)
            .args([
                "--serve",
                &api.to_string(),
                "--metrics",
                &metrics.to_string(),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("{} could not be started: {error}", self.binary.display()))?;
        let serving = Serving {
            api,
            metrics,
            engine,
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        while get(api, "/health").is_err() {
            if Instant::now() > deadline {
                return Err(format!("the engine does not answer on {api}"));
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(serving)
    }
}

/// An engine that runs beside the bench.
#[derive(Debug)]
pub struct Serving {
    /// The address of the OpenAI API.
    pub api: SocketAddr,
    metrics: SocketAddr,
    engine: Child,
}

impl Serving {
    /// The metrics page.
    ///
    /// # Errors
    ///
    /// If the endpoint cannot be reached, or its status is not 200.
    pub fn metrics(&self) -> Result<String, String> {
        get(self.metrics, "/metrics").map_err(|error| format!("{}: {error}", self.metrics))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.engine.kill();
        let _ = self.engine.wait();
    }
}

/// A loopback address with a free port.
fn free_address() -> Result<SocketAddr, String> {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
    listener.map_err(|error| format!("no free port: {error}"))
}

/// The body of a successful response.
fn get(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.0\r\nhost: {address}\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.contains(" 200 ") => Ok(body.to_owned()),
        _ => Err(io::Error::other("the answer is not 200")),
    }
}

/// The report of a run.
#[derive(Clone, Debug)]
pub struct Report {
    json: Value,
}

impl Report {
    /// The number at a JSON pointer.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn number(&self, pointer: &str) -> Result<f64, String> {
        let found = self.json.pointer(pointer).and_then(Value::as_f64);
        found.ok_or_else(|| format!("the report has no number at {pointer}"))
    }
}
