//! One run: start everything, wait, stop everything in order, sum up.

use std::fs::File;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use wf_port::Hosts;

use super::error::AppError;
use super::flags::{Flags, Variant};
use super::stop::Stop;
use super::summary::Summary;
use crate::client::Client;
use crate::engine::Engine;
use crate::http;
use crate::load::{Load, LoadResults, Prompts};
use crate::measure::Instruments;
use crate::model::Model;
use crate::monitor::Monitor;
use crate::screen;

/// Runs until a signal or `--duration` ends it, and writes the report if `--report` is set.
///
/// All arguments are checked before anything is served.
///
/// # Errors
/// [`AppError`], whose message is one line.
pub fn run(flags: &Flags) -> Result<Summary, AppError> {
    let warm_up = flags.warm_up()?;
    let model = load_model(flags)?;
    let report = flags.report.as_deref().map(create).transpose()?;
    let runtime = Builder::new_multi_thread()
        .worker_threads(RUNTIME_THREADS)
        .enable_all()
        .build()
        .map_err(AppError::Runtime)?;
    let summary = runtime.block_on(serve_and_load(flags, warm_up, Arc::new(model)))?;
    if let Some((file, path)) = report {
        write(file, &summary).map_err(|source| refused(path, source))?;
    }
    Ok(summary)
}

async fn serve_and_load(
    flags: &Flags,
    warm_up: Duration,
    model: Arc<Model>,
) -> Result<Summary, AppError> {
    let load = Load {
        rate: flags.rate,
        seed: flags.seed,
        client_timeout: flags.client_timeout.unwrap_or(Duration::MAX),
        prompts: prompts(flags, &model)?,
        warm_up,
    };
    let (listener, hosts, monitor) = prepare(flags, model).await?;
    let stop = Stop::new();
    stop.arm(flags.duration).map_err(AppError::Runtime)?;
    let client = monitor.client.clone();
    let served = tokio::spawn(http::serve(listener, hosts, client, wait(stop.clone())));
    let results = monitor.results.clone();
    let loaded = results.map(|results| tokio::spawn(send(load, results, &monitor, &stop)));
    let shown = show(&monitor, &stop);

    stop.wait().await;
    let stopped = monitor.status();
    // A terminal that blocks must not delay the end of the requests.
    let _ = timeout(DRAIN, shown).await;
    drain(&monitor, served, loaded).await;
    let (drained, measured) = (monitor.status(), monitor.measured());
    let model = monitor.client.engine().name();
    Ok(Summary::new(flags, model, &stopped, drained, measured))
}

/// Binds the address and starts engine and instruments.
async fn prepare(
    flags: &Flags,
    model: Arc<Model>,
) -> Result<(TcpListener, Hosts, Arc<Monitor>), AppError> {
    let refused = |source| AppError::Serve {
        address: flags.serve.clone(),
        source,
    };
    let addresses = flags.serve.resolve().map_err(refused)?;
    let listener = TcpListener::bind(&addresses[..]).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    let engine = Arc::new(Engine::start(model, flags.settings())?);
    let instruments = Instruments::start(&engine, &flags.instruments())?;
    let title = title(engine.name(), address, &instruments);
    let results = (!flags.no_load).then(|| Arc::new(LoadResults::new(flags.targets())));
    let monitor = Monitor::new(Client::new(engine), results, instruments, title);
    let allowed = flags.allow_host.iter().cloned();
    let names = allowed.chain(flags.serve.name());
    let hosts = names.fold(Hosts::bound_to(address), Hosts::allow);
    Ok((listener, hosts, Arc::new(monitor)))
}

/// Waits up to [`DRAIN`] for requests in flight; the engine ends the rest.
async fn drain(monitor: &Monitor, served: JoinHandle<()>, loaded: Option<JoinHandle<()>>) {
    let ending = async {
        if let Some(loaded) = loaded {
            let _ = loaded.await;
        }
        let _ = served.await;
    };
    let _ = timeout(DRAIN, ending).await;
    monitor.client.engine().stop();
    let settled = async {
        while monitor.client.counts().open() > 0 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    let _ = timeout(DRAIN, settled).await;
}

fn load_model(flags: &Flags) -> Result<Model, AppError> {
    Ok(match (&flags.model, flags.variant) {
        (Some(directory), _) => Model::load(directory)?,
        (None, Variant::Tiny) => Model::tiny()?,
        (None, Variant::M15) => Model::m15(flags.seed)?,
    })
}

/// Questions for a trained model; fixed lengths for random weights, which never end by themselves.
fn prompts(flags: &Flags, model: &Model) -> Result<Prompts, AppError> {
    Ok(match (&flags.model, flags.variant) {
        (None, Variant::M15) => Prompts::text(model, 64, 64)?,
        _ => Prompts::questions(model)?,
    })
}

fn send(
    load: Load,
    results: Arc<LoadResults>,
    monitor: &Monitor,
    stop: &Stop,
) -> impl Future<Output = ()> + use<> {
    load.run(monitor.client.clone(), results, stop.watch(), DRAIN)
}

fn show(monitor: &Arc<Monitor>, stop: &Stop) -> JoinHandle<io::Result<()>> {
    let (monitor, stopped, end) = (Arc::clone(monitor), stop.watch(), stop.clone());
    tokio::task::spawn_blocking(move || screen::show(&monitor, &stopped, || end.now()))
}

async fn wait(stop: Stop) {
    stop.wait().await;
}

fn title(model: &str, address: SocketAddr, instruments: &Instruments) -> String {
    let serves = format!("{model} · serving http://{address}/v1");
    match instruments.address() {
        Some(metrics) => format!("{serves} · metrics http://{metrics}/metrics"),
        None => format!("{serves} · not measured (built without the feature `enabled`)"),
    }
}

fn create(path: &Path) -> Result<(File, &Path), AppError> {
    match File::create(path) {
        Ok(file) => Ok((file, path)),
        Err(source) => Err(refused(path, source)),
    }
}

fn write(mut file: File, summary: &Summary) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut file, summary)?;
    writeln!(file)
}

fn refused(path: &Path, source: io::Error) -> AppError {
    AppError::Report {
        file: path.to_owned(),
        source,
    }
}

/// Sockets, timers and the load need little; the CPU is for the model.
const RUNTIME_THREADS: usize = 2;

/// Time that requests in flight get to end.
const DRAIN: Duration = Duration::from_secs(5);
