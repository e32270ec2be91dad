//! A thread that ends with its owner.

use std::io;
use std::thread::{self, Builder, JoinHandle};

use super::ProcessLocal;

/// A named background thread that its owner joins.
///
/// It is not detached by a drop: the owner's destructor makes the thread return, for example by
/// dropping the sender that the thread waits for, and then calls [`Thread::join`]. In a child of
/// `fork(2)`, where the thread does not exist, `join` returns at once.
///
/// ```
/// use std::sync::mpsc::channel;
/// use wf_instrument::fork::Thread;
///
/// let (stop, stopped) = channel::<()>();
/// let mut thread = Thread::spawn("wf-example", move || {
///     let _disconnected = stopped.recv();
/// })?;
/// drop(stop);
/// thread.join();
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Thread(ProcessLocal<Option<JoinHandle<()>>>);

impl Thread {
    /// Starts a thread. Its name should begin with `wf-`, so that users can recognise it.
    ///
    /// # Errors
    /// If the system starts no thread.
    pub fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let thread = Builder::new().name(name.to_owned()).spawn(run)?;
        Ok(Self(ProcessLocal::new(Some(thread))))
    }

    /// Returns whether the calling process started it. Costs one system call.
    #[must_use]
    pub fn in_same_process(&self) -> bool {
        self.0.in_same_process()
    }

    /// Waits until it has ended; the caller has made it return before. Returns at once when called
    /// in that thread itself, in a child of the process, and the second time.
    pub fn join(&mut self) {
        if !self.in_same_process() {
            return;
        }
        if let Some(handle) = self.0.take()
            && handle.thread().id() != thread::current().id()
        {
            // The panic hook has reported a panic already.
            let _ = handle.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_thread_that_panicked_has_ended() {
        let mut thread = Thread::spawn("wf-test", || panic!("on purpose")).unwrap();
        thread.join();
        thread.join();
    }

    #[test]
    fn a_thread_does_not_wait_for_itself() {
        let (give, take) = channel::<Thread>();
        let (sender, joined) = channel();
        let thread = Thread::spawn("wf-test", move || {
            take.recv().unwrap().join();
            sender.send(()).unwrap();
        });
        give.send(thread.unwrap()).unwrap();
        joined.recv().unwrap();
    }
}
