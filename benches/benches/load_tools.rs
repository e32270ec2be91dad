//! Counts of other load generators, beside those of the engine.
//!
//! AIPerf and GuideLLM, from PyPI, send load to the engine with their own validation on. Requests
//! and output tokens must be equal on both sides; mean TTFT and ITL stand beside each other. Every
//! request has the same number of tokens, so a mean over requests (the tools') equals a mean over
//! tokens (the engine's).
//!
//! The first run installs both tools under `target/load-tools`: some 7 GB, since GuideLLM needs
//! PyTorch.
#![expect(clippy::print_stdout, reason = "a bench reports to its terminal")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Serialize;
use serde_json::Value;
use wf_benches::{Arguments, Engine, Serving};

const REQUESTS: u64 = 60;
const STREAMS: u64 = 2;
const PROMPT_TOKENS: u64 = 30;
const OUTPUT_TOKENS: u64 = 64;

fn main() -> std::process::ExitCode {
    wf_benches::main(run)
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let folder = root().join("target/load-tools");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let engine = Engine::build("", &[])?;
    let mut comparisons = Vec::new();
    for tool in TOOLS.iter().filter(|tool| arguments.wants(tool.name)) {
        let program = tool.install(&folder)?;
        let serving = engine.serve(&["--no-load", "--advisory", "--max-wait", "60s"])?;
        let client = (tool.load)(&program, &folder, &serving)?;
        comparisons.push(Comparison::of(
            tool.name,
            client,
            Side::of_engine(&serving)?,
        ));
    }
    report(&comparisons);
    arguments.save(&comparisons)?;
    match comparisons
        .iter()
        .find(|comparison| !comparison.counts_equal())
    {
        Some(unequal) => Err(format!(
            "{} and the engine have different counts",
            unequal.tool
        )),
        None => Ok(()),
    }
}

fn report(comparisons: &[Comparison]) {
    println!("\ntool       side      requests  tokens  TTFT ms  ITL ms");
    for Comparison {
        tool,
        client,
        engine,
    } in comparisons
    {
        println!("{tool:<10} {:<9} {client}", "client");
        println!("{tool:<10} {:<9} {engine}", "engine");
        println!(
            "{tool:<10} ITL, engine / client: {:.3}",
            engine.itl_ms / client.itl_ms
        );
    }
}

/// A load generator from PyPI.
struct Tool {
    name: &'static str,
    version: &'static str,
    load: fn(&Path, &Path, &Serving) -> Result<Side, String>,
}

const TOOLS: [Tool; 2] = [
    Tool {
        name: "aiperf",
        version: "0.13.0",
        load: aiperf,
    },
    Tool {
        name: "guidellm",
        version: "0.8.1",
        load: guidellm,
    },
];

impl Tool {
    /// The installed program, in a Python environment of its own.
    fn install(&self, folder: &Path) -> Result<PathBuf, String> {
        let environment = folder.join(format!("{}-{}", self.name, self.version));
        let program = environment.join("bin").join(self.name);
        if !program.is_file() {
            finish(
                Command::new("python3")
                    .args(["-m", "venv", "--clear"])
                    .arg(&environment),
            )?;
            let package = format!("{}=={}", self.name, self.version);
            let mut pip = Command::new(environment.join("bin/pip"));
            finish(pip.args([
                "install",
                "--quiet",
                "--disable-pip-version-check",
                &package,
            ]))?;
        }
        Ok(program)
    }
}

fn aiperf(program: &Path, folder: &Path, serving: &Serving) -> Result<Side, String> {
    let out = folder.join("aiperf-result");
    finish(
        Command::new(program)
            .args([
                "profile",
                "--model",
                "tiny",
                "--endpoint-type",
                "chat",
                "--streaming",
            ])
            .args(["--extra-inputs", "ignore_eos:true", "--ui", "none"])
            .arg("--url")
            .arg(format!("http://{}", serving.api))
            .arg("--tokenizer")
            .arg(tokenizer())
            .arg("--output-artifact-dir")
            .arg(&out)
            .args(["--concurrency", &STREAMS.to_string()])
            .args(["--request-count", &REQUESTS.to_string()])
            .args(["--prompt-input-tokens-mean", &PROMPT_TOKENS.to_string()])
            .args(["--prompt-output-tokens-mean", &OUTPUT_TOKENS.to_string()]),
    )?;
    let result = json(&out.join("profile_export_aiperf.json"))?;
    let average = |metric: &str| number(&result, &format!("/{metric}/avg"));
    let requests = average("request_count")?;
    Ok(Side {
        requests,
        tokens: (requests * average("output_sequence_length")?).round(),
        ttft_ms: average("time_to_first_token")?,
        itl_ms: average("inter_token_latency")?,
    })
}

fn guidellm(program: &Path, folder: &Path, serving: &Serving) -> Result<Side, String> {
    let out = folder.join("guidellm-result.json");
    finish(
        Command::new(program)
            .args(["run", "--disable-console"])
            .arg(format!("--backend=kind=openai_http,target=http://{}", serving.api))
            .arg(format!("--profile=kind=concurrent,streams={STREAMS}"))
            .arg(format!("--constraint=kind=max_requests,count={REQUESTS}"))
            .arg(format!("--tokenizer=kind=huggingface_auto,model={}", tokenizer().display()))
            .arg(format!(
                "--data=kind=synthetic_text,prompt_tokens={PROMPT_TOKENS},output_tokens={OUTPUT_TOKENS}"
            ))
            .arg(format!("--output=kind=json,path={}", out.display())),
    )?;
    let result = json(&out)?;
    let metric = |path: &str| number(&result, &format!("/benchmarks/0/metrics/{path}"));
    Ok(Side {
        requests: metric("request_totals/successful")?,
        tokens: metric("output_token_count/successful/total_sum")?,
        ttft_ms: metric("time_to_first_token_ms/successful/mean")?,
        itl_ms: metric("inter_token_latency_ms/successful/mean")?,
    })
}

/// Counts and latencies of one side.
#[derive(Clone, Copy, Debug, Serialize)]
struct Side {
    requests: f64,
    tokens: f64,
    ttft_ms: f64,
    itl_ms: f64,
}

impl Side {
    fn of_engine(serving: &Serving) -> Result<Self, String> {
        let page = serving.metrics()?;
        let sum = |name: &str| total(&page, name);
        let mean_ms =
            |family: &str| 1e3 * sum(&format!("{family}_sum")) / sum(&format!("{family}_count"));
        Ok(Self {
            requests: sum("wf_request_success_total"),
            tokens: sum("wf_generation_tokens_total"),
            ttft_ms: mean_ms("wf_time_to_first_token_seconds"),
            itl_ms: mean_ms("wf_inter_token_latency_seconds"),
        })
    }
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            requests,
            tokens,
            ttft_ms,
            itl_ms,
        } = self;
        write!(
            f,
            "{requests:>8}  {tokens:>6}  {ttft_ms:>7.2}  {itl_ms:>6.2}"
        )
    }
}

#[derive(Clone, Debug, Serialize)]
struct Comparison {
    tool: &'static str,
    client: Side,
    engine: Side,
}

impl Comparison {
    fn of(tool: &'static str, client: Side, engine: Side) -> Self {
        Self {
            tool,
            client,
            engine,
        }
    }

    fn counts_equal(&self) -> bool {
        self.client.requests == self.engine.requests && self.client.tokens == self.engine.tokens
    }
}

/// The sum over all series of a family's samples called `name`.
fn total(page: &str, name: &str) -> f64 {
    let samples = page.lines().filter_map(|line| line.strip_prefix(name));
    let own = samples.filter(|rest| rest.starts_with(['{', ' ']));
    own.filter_map(|rest| rest.rsplit(' ').next()?.parse::<f64>().ok())
        .sum()
}

fn json(path: &Path) -> Result<Value, String> {
    let text = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn number(value: &Value, pointer: &str) -> Result<f64, String> {
    let found = value.pointer(pointer).and_then(Value::as_f64);
    found.ok_or_else(|| format!("the result has no number at {pointer}"))
}

/// Runs `command` to its end.
fn finish(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_owned();
    match command.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{} ended with {status}", name.display())),
        Err(error) => Err(format!("{} could not be started: {error}", name.display())),
    }
}

fn tokenizer() -> PathBuf {
    root().join("examples/engine/models/tiny")
}

fn root() -> PathBuf {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR"));
    packages
        .parent()
        .expect("the package lies in the workspace")
        .to_owned()
}
