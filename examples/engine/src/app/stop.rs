//! The end of the run: by time, by signal, or by a key on the screen.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// A flag that all tasks watch.
#[derive(Clone, Debug)]
pub(super) struct Stop(watch::Sender<bool>);

impl Stop {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    pub(super) fn now(&self) {
        self.0.send_replace(true);
    }

    pub(super) fn watch(&self) -> watch::Receiver<bool> {
        self.0.subscribe()
    }

    /// Completes when the run is to end.
    pub(super) async fn wait(&self) {
        // An error means that all senders are gone; this one is not.
        let _ = self.watch().wait_for(|stopped| *stopped).await;
    }

    /// Stops on Ctrl-C, on SIGTERM, or after `duration`. A second signal ends the process at once.
    pub(super) fn arm(&self, duration: Option<Duration>) -> io::Result<()> {
        let mut interrupted = signal(SignalKind::interrupt())?;
        let mut terminated = signal(SignalKind::terminate())?;
        let stop = self.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = Signal::recv(&mut interrupted) => {}
                _ = Signal::recv(&mut terminated) => {}
                () = after(duration) => {}
            }
            stop.now();
            // A second signal does not wait for requests in flight.
            tokio::select! {
                _ = Signal::recv(&mut interrupted) => {}
                _ = Signal::recv(&mut terminated) => {}
            }
            std::process::exit(INTERRUPTED);
        });
        Ok(())
    }
}

/// 128 plus the number of SIGINT, the convention of shells.
const INTERRUPTED: i32 = 130;

async fn after(duration: Option<Duration>) {
    match duration {
        Some(duration) => tokio::time::sleep(duration).await,
        None => std::future::pending().await,
    }
}
