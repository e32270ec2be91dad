//! One thread that advances whatever is next.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use super::error::EngineError;
use super::run_queue::{Progress, RunQueue, Work};
use crate::model::threads::own_pool;

/// Starts worker number `index`, which works while the run_queue's number of workers is above it.
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
    // Without it everything works, slower: all workers then queue for the global pool.
    let _pool = own_pool().ok();
    let mut advanced = None;
    while let Some(mut work) = run_queue.turn(index, advanced.take()) {
        if advance(&mut work) == Progress::GoesOn {
            advanced = Some(work);
        }
    }
}

/// One step. A step that panics costs its own request only.
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

    /// Tells what happens to it, and does at each step what it is told.
    struct Puppet {
        orders: Receiver<Order>,
        news: Sender<String>,
    }

    enum Order {
        GoOn,
        Panic,
        End,
    }

    impl Work for Puppet {
        fn step(&mut self) -> Progress {
            self.tell(current().name().unwrap_or_default());
            match self.orders.recv().expect("the test gives an order") {
                Order::GoOn => Progress::GoesOn,
                Order::Panic => panic!("as told"),
                Order::End => Progress::Ended,
            }
        }

        fn fail(&mut self, error: EngineError) {
            self.tell(&error.to_string());
        }
    }

    impl Puppet {
        fn new() -> (Self, Sender<Order>, Receiver<String>) {
            let ((order, orders), (news, heard)) = (channel(), channel());
            (Self { orders, news }, order, heard)
        }

        fn tell(&self, what: &str) {
            // A test that has seen enough no longer listens.
            let _ = self.news.send(what.to_owned());
        }
    }

    fn next(heard: &Receiver<String>) -> String {
        heard.recv_timeout(Duration::from_secs(20)).expect("news")
    }

    fn start(run_queue: &Arc<RunQueue<Puppet>>, index: usize) -> JoinHandle<()> {
        spawn(index, Arc::clone(run_queue)).expect("a thread")
    }

    #[test]
    fn a_panic_ends_its_own_work_with_an_error_and_the_worker_lives_on() {
        let run_queue = Arc::new(RunQueue::new(1));
        let worker = start(&run_queue, 0);
        let (bad, order, heard) = Puppet::new();
        run_queue.submit(bad);
        order.send(Order::Panic).expect("it listens");
        assert_eq!(next(&heard), "worker-0");
        assert_eq!(next(&heard), "a step panicked: as told");
        let (good, order, heard) = Puppet::new();
        run_queue.submit(good);
        order.send(Order::End).expect("it listens");
        assert_eq!(next(&heard), "worker-0");
        run_queue.close();
        worker.join().expect("it ends in peace");
    }

    #[test]
    fn a_worker_that_is_one_too_many_hands_on_what_it_had() {
        let run_queue = Arc::new(RunQueue::new(2));
        let second = start(&run_queue, 1);
        let (work, order, heard) = Puppet::new();
        run_queue.submit(work);
        assert_eq!(next(&heard), "worker-1");
        let first = start(&run_queue, 0);
        // Time for the first to fall asleep over an empty run_queue. If it does not, the test proves less and still passes.
        std::thread::sleep(Duration::from_millis(50));
        run_queue.set_workers(1);
        std::thread::sleep(Duration::from_millis(50));
        order.send(Order::GoOn).expect("it listens");
        assert_eq!(next(&heard), "worker-0");
        order.send(Order::End).expect("it listens");
        run_queue.close();
        first.join().expect("it ends in peace");
        second.join().expect("it ends in peace");
    }

    #[test]
    fn closing_the_board_drops_what_waits() {
        let run_queue = Arc::new(RunQueue::new(1));
        let (work, _order, heard) = Puppet::new();
        run_queue.submit(work);
        run_queue.close();
        assert!(heard.recv().is_err());
        assert!(run_queue.turn(0, None).is_none());
    }

    #[test]
    fn a_board_that_closed_meanwhile_drops_what_comes_back() {
        let run_queue = RunQueue::new(1);
        let (work, _order, heard) = Puppet::new();
        run_queue.close();
        assert!(run_queue.turn(0, Some(work)).is_none());
        assert!(heard.recv().is_err());
    }
}
