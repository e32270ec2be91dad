//! A thread that ends with its owner.

use std::io;
use std::thread::{self, Builder, JoinHandle};

use crate::fork::OfThisProcess;

/// A thread of this process, with a name that begins with `wf-`.
#[derive(Debug)]
pub(crate) struct Worker {
    /// In a child of `fork(2)` there is no such thread to wait for.
    thread: OfThisProcess<Option<JoinHandle<()>>>,
}

impl Worker {
    pub(crate) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let thread = Builder::new().name(name.to_owned()).spawn(run)?;
        Ok(Self {
            thread: OfThisProcess::new(Some(thread)),
        })
    }

    /// Whether this is the process that it was started in.
    pub(crate) fn is_here(&self) -> bool {
        self.thread.is_here()
    }

    /// Waits until it has ended, which whoever calls has told it to; not where it would wait for itself, or for a thread of another process.
    #[cfg(any(test, feature = "sense"))]
    pub(crate) fn join(&mut self) {
        if !self.is_here() {
            return;
        }
        if let Some(worker) = self.thread.take()
            && worker.thread().id() != thread::current().id()
        {
            // What panicked in it has been told by the panic hook already.
            let _ = worker.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_worker_that_panicked_has_ended() {
        let mut worker = Worker::spawn("wf-test", || panic!("on purpose")).unwrap();
        worker.join();
        worker.join();
    }

    #[test]
    fn a_worker_does_not_wait_for_itself() {
        let (give, take) = channel::<Worker>();
        let (tell, told) = channel();
        let worker = Worker::spawn("wf-test", move || {
            take.recv().unwrap().join();
            tell.send(()).unwrap();
        });
        give.send(worker.unwrap()).unwrap();
        told.recv().unwrap();
    }
}
