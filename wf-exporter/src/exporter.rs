//! The handle of a running endpoint, and its builder.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::sync::oneshot;
use wf_instrument::fork::{ProcessLocal, Thread};
use wf_instrument::snapshot::Snapshot;
use wf_port::{Address, HostName, Hosts};

use crate::error::StartError;
use crate::families::Families;
use crate::family::FamilyError;
use crate::page::{Collector, Page, SnapshotSource, collect_recorded};
use crate::server::{self, Server};

/// A running endpoint. Dropping it ends the thread and closes the port.
///
/// A child of `fork(2)` has neither the endpoint nor its sockets: it may drop this handle and start
/// an exporter of its own.
///
/// ```
/// let exporter = wf_exporter::Exporter::builder()
///     .address(([127, 0, 0, 1], 0))
///     .start()?;
/// println!("http://{}/metrics", exporter.local_addr());
/// # Ok::<(), wf_exporter::StartError>(())
/// ```
#[derive(Debug)]
#[must_use = "dropping the exporter stops it"]
pub struct Exporter {
    address: SocketAddr,
    /// Dropping it ends the thread.
    stop: ProcessLocal<Option<oneshot::Sender<()>>>,
    thread: Thread,
}

impl Exporter {
    /// Returns a builder of an exporter on `127.0.0.1:9464` that serves everything recorded.
    pub fn builder() -> Builder {
        Builder {
            address: (Ipv4Addr::LOCALHOST, DEFAULT_PORT).into(),
            hosts: Vec::new(),
            source: None,
            collectors: Vec::new(),
        }
    }

    /// Returns the address that it listens on, with the port that the system chose for port 0.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Ends the thread and closes the port and every connection, as dropping does.
    ///
    /// Blocks until a scrape in progress has ended, so for as long as the slowest collector takes.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        // In a child of `fork(2)` there is neither a thread to end nor a channel to it.
        if self.stop.in_same_process() {
            self.stop.take();
            self.thread.join();
        }
    }
}

/// Settings of an exporter that is not started yet.
///
/// ```
/// use wf_exporter::{Exporter, StartError};
///
/// let exporter = Exporter::builder().address("localhost:0").allow_host("metrics.internal");
/// match exporter.start() {
///     Ok(exporter) => exporter.stop(),
///     Err(StartError::Bind { address, .. }) => eprintln!("{address} is in use"),
///     Err(error) => eprintln!("{error}"),
/// }
/// ```
#[must_use = "nothing is served before `start`"]
pub struct Builder {
    address: Address,
    hosts: Vec<String>,
    source: Option<SnapshotSource>,
    collectors: Vec<Collector>,
}

impl Builder {
    /// Sets the address to listen on: a loopback address, by number or by name
    /// (`"localhost:9464"`). Port 0 takes any free port.
    ///
    /// A name may stand for several addresses. The first that can be bound is used, IPv4 before
    /// IPv6.
    pub fn address(mut self, address: impl Into<Address>) -> Self {
        self.address = address.into();
        self
    }

    /// Accepts requests for the host `name` too: one name or address without a port, which
    /// [`start`](Builder::start) checks.
    ///
    /// By default, requests for `localhost`, names below it, loopback addresses and the name in
    /// [`address`](Builder::address) are accepted, and no others, so that a web page cannot read
    /// the measurements under a name of its own (DNS rebinding). A proxy on this machine that
    /// forwards its own name needs it.
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.hosts.push(name.into());
        self
    }

    /// Sets the source of the recorded series, instead of [`Snapshot::take`]: a replay, or a
    /// snapshot that other code takes anyway. Rows with names or labels that cannot be written are
    /// left out and counted in `wf_families_refused_total`.
    pub fn source(mut self, source: impl FnMut() -> Snapshot + Send + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// Adds the families of `collector` to each scrape.
    ///
    /// It runs on the exporter's thread and should take microseconds: every scrape waits for it.
    /// A family is left out if one of its series is already there, recorded or from an earlier
    /// collector, or if its name is there with another type. If `collector` panics, its families
    /// are missing from that scrape, all others are there, and `wf_collector_panics_total` counts
    /// it. A child that it forks must not return from it.
    ///
    /// ```
    /// use wf_exporter::{Exporter, Family};
    ///
    /// let exporter = Exporter::builder()
    ///     .address(([127, 0, 0, 1], 0))
    ///     .collector(|families| {
    ///         let depth = Family::gauge("queue_depth", "Jobs that wait, by lane.");
    ///         families.add(depth.sample(&[("lane", "fast")], 3.0))
    ///     })
    ///     .start()?;
    /// # Ok::<(), wf_exporter::StartError>(())
    /// ```
    pub fn collector(
        mut self,
        collector: impl FnMut(&mut Families) -> Result<(), FamilyError> + Send + 'static,
    ) -> Self {
        self.collectors.push(Box::new(collector));
        self
    }

    /// Binds the address, then starts the exporter's thread. Nothing else in the process is
    /// touched.
    ///
    /// # Errors
    ///
    /// [`StartError`] if the address is unknown, is not a loopback address or cannot be bound, if
    /// an allowed host is not a host name, or if the system gives no thread. Nothing is left
    /// behind.
    pub fn start(self) -> Result<Exporter, StartError> {
        let mut names: Vec<HostName> = self
            .hosts
            .iter()
            .map(|name| name.parse())
            .collect::<Result<_, _>>()?;
        names.extend(self.address.name());
        let (listener, address) = server::bind(&self.address)?;
        let hosts = names
            .into_iter()
            .fold(Hosts::bound_to(address), Hosts::allow);
        let (stop, stopped) = oneshot::channel();
        let mut collectors = vec![collect_recorded(self.source)];
        collectors.extend(self.collectors);
        let server = Server {
            listener,
            hosts,
            page: Page::new(collectors),
            stopped,
        };
        Ok(Exporter {
            address,
            thread: server.start()?,
            stop: ProcessLocal::new(Some(stop)),
        })
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("address", &self.address)
            .field("collectors", &self.collectors.len())
            .finish_non_exhaustive()
    }
}

/// OpenTelemetry's default for a Prometheus exporter (`OTEL_EXPORTER_PROMETHEUS_PORT`), which
/// agents know.
const DEFAULT_PORT: u16 = 9464;
