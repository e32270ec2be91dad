//! A worker thread.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use super::error::EngineError;
use super::run_queue::{Progress, RunQueue, Work};
use crate::model::threads::own_pool;

/// Starts worker `index`, which works while the number of workers is above it.
pub(super) fn spawn<W: Work>(
    index: usize,
    run_queue: Arc<RunQueue<W>>,
) -> Result<JoinHandle<()>, EngineError> {
    Builder::new()
        .name(format!("worker-{index}"))
        .spawn(move || work(index, &run_queue))
        .map_err(EngineError::Thread)
}

fn work<W: Work>(index: usize, run_queue: &RunQueue<W>) {
    // Without a pool of their own, all workers queue for the global one: slower, still correct.
    let _pool = own_pool().ok();
    let mut advanced = None;
    while let Some(mut work) = run_queue.next(index, advanced.take()) {
        if advance(&mut work) == Progress::Continues {
            advanced = Some(work);
        }
    }
}

/// Runs one step. A panic ends its own request only.
fn advance(work: &mut impl Work) -> Progress {
    catch_unwind(AssertUnwindSafe(|| work.step())).unwrap_or_else(|panic| {
        work.fail(EngineError::Panicked(message(panic.as_ref())));
        Progress::Ended
    })
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::thread::current;
    use std::time::Duration;

    use super::*;

    /// Reports each call, and does at each step what the test orders.
    struct Puppet {
        orders: Receiver<Order>,
        sent: Sender<String>,
    }

    enum Order {
        GoOn,
        Panic,
        End,
    }

    impl Work for Puppet {
        fn step(&mut self) -> Progress {
            self.report(current().name().unwrap_or_default());
            match self.orders.recv().expect("the test gives an order") {
                Order::GoOn => Progress::Continues,
                Order::Panic => panic!("as ordered"),
                Order::End => Progress::Ended,
            }
        }

        fn fail(&mut self, error: EngineError) {
            self.report(&error.to_string());
        }
    }

    impl Puppet {
        fn new() -> (Self, Sender<Order>, Receiver<String>) {
            let ((order, orders), (sent, events)) = (channel(), channel());
            (Self { orders, sent }, order, events)
        }

        fn report(&self, what: &str) {
            // A test that has finished no longer listens.
            let _ = self.sent.send(what.to_owned());
        }
    }

    fn next(events: &Receiver<String>) -> String {
        events
            .recv_timeout(Duration::from_secs(20))
            .expect("an event")
    }

    fn start(run_queue: &Arc<RunQueue<Puppet>>, index: usize) -> JoinHandle<()> {
        spawn(index, Arc::clone(run_queue)).expect("a thread")
    }

    #[test]
    fn a_panic_ends_its_own_work_with_an_error_and_the_worker_lives_on() {
        let run_queue = Arc::new(RunQueue::new(1));
        let worker = start(&run_queue, 0);
        let (bad, order, events) = Puppet::new();
        run_queue.submit(bad);
        order.send(Order::Panic).expect("the worker runs");
        assert_eq!(next(&events), "worker-0");
        assert_eq!(next(&events), "a step panicked: as ordered");
        let (good, order, events) = Puppet::new();
        run_queue.submit(good);
        order.send(Order::End).expect("the worker runs");
        assert_eq!(next(&events), "worker-0");
        run_queue.close();
        worker.join().expect("it does not panic");
    }

    #[test]
    fn a_worker_above_the_limit_returns_its_work() {
        let run_queue = Arc::new(RunQueue::new(2));
        let second = start(&run_queue, 1);
        let (work, order, events) = Puppet::new();
        run_queue.submit(work);
        assert_eq!(next(&events), "worker-1");
        let first = start(&run_queue, 0);
        // Time for the first to block on an empty queue. If it does not, the test proves less and
        // passes.
        std::thread::sleep(Duration::from_millis(50));
        run_queue.set_workers(1);
        std::thread::sleep(Duration::from_millis(50));
        order.send(Order::GoOn).expect("the worker runs");
        assert_eq!(next(&events), "worker-0");
        order.send(Order::End).expect("the worker runs");
        run_queue.close();
        first.join().expect("it does not panic");
        second.join().expect("it does not panic");
    }

    #[test]
    fn closing_the_queue_drops_waiting_work() {
        let run_queue = Arc::new(RunQueue::new(1));
        let (work, _order, events) = Puppet::new();
        run_queue.submit(work);
        run_queue.close();
        assert!(events.recv().is_err());
        assert!(run_queue.next(0, None).is_none());
    }

    #[test]
    fn a_closed_queue_drops_returned_work() {
        let run_queue = RunQueue::new(1);
        let (work, _order, events) = Puppet::new();
        run_queue.close();
        assert!(run_queue.next(0, Some(work)).is_none());
        assert!(events.recv().is_err());
    }
}
