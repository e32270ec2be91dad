//! Threads on processors: shared memory bus, time slices, round-robin.

use std::collections::VecDeque;

use crate::model::Machine;

/// A thread with work, and the rest of its work in milliseconds at full speed.
#[derive(Clone, Copy, Debug)]
struct Task {
    thread: usize,
    left: f64,
    slice: f64,
}

/// Threads that run, and threads that wait for a processor.
#[derive(Clone, Debug)]
pub(crate) struct Processors {
    machine: Machine,
    running: Vec<Option<Task>>,
    queue: VecDeque<Task>,
    /// Logarithm of the present slowdown of the machine.
    slow: f64,
    /// Milliseconds that processors were busy, and in which some thread waited for one.
    pub(crate) busy_ms: f64,
    pub(crate) pressed_ms: f64,
}

impl Processors {
    pub(crate) fn new(machine: Machine) -> Self {
        Self {
            machine,
            running: vec![None; machine.cores],
            queue: VecDeque::new(),
            slow: 0.0,

            busy_ms: 0.0,
            pressed_ms: 0.0,
        }
    }

    /// Gives `thread` work for `work` milliseconds.
    pub(crate) fn start(&mut self, thread: usize, work: f64) {
        let task = Task {
            thread,
            left: work,
            slice: self.machine.slice_ms,
        };
        self.queue.push_back(task);
        self.fill();
    }

    /// Gives `thread`, which has just finished on its processor, more work in the same slice.
    pub(crate) fn go_on(&mut self, core: usize, thread: usize, work: f64, slice: f64) {
        self.running[core] = Some(Task {
            thread,
            left: work,
            slice,
        });
        self.fill();
    }

    /// Frees `core`.
    pub(crate) fn leave(&mut self, core: usize) {
        self.running[core] = None;
        self.fill();
    }

    /// Changes the neighbour's load after a second: a first-order autoregressive process. `normal`
    /// is a draw from a standard normal distribution.
    pub(crate) fn disturb(&mut self, normal: f64) {
        let fresh = (1.0 - CORRELATION * CORRELATION).sqrt() * self.machine.neighbour;
        self.slow = CORRELATION * self.slow + fresh * normal;
    }

    /// Time until the next event.
    pub(crate) fn next_ms(&self) -> f64 {
        let (speed, contended) = (self.speed(), !self.queue.is_empty());
        let until = |task: &Task| {
            let done = task.left / speed;
            if contended {
                done.min(task.slice)
            } else {
                done
            }
        };
        self.running
            .iter()
            .flatten()
            .map(until)
            .fold(f64::INFINITY, f64::min)
    }

    /// Lets `span` milliseconds pass, at most [`Processors::next_ms`].
    pub(crate) fn pass(&mut self, span: f64) {
        let speed = self.speed();
        for task in self.running.iter_mut().flatten() {
            task.left -= span * speed;
            task.slice -= span;
            self.busy_ms += span;
        }
        if !self.queue.is_empty() {
            self.pressed_ms += span;
        }
    }

    /// Returns a thread that is done: its processor, its number, and the rest of its slice. Its
    /// processor stays taken until [`Processors::go_on`] or [`Processors::leave`].
    pub(crate) fn finished(&self) -> Option<(usize, usize, f64)> {
        let done = |task: &Task| task.left <= EPSILON;
        let find = |(core, task): (usize, &Option<Task>)| {
            task.filter(done).map(|t| (core, t.thread, t.slice))
        };
        self.running.iter().enumerate().find_map(find)
    }

    /// Puts the threads whose slice is over behind those that wait.
    pub(crate) fn rotate(&mut self) {
        for core in 0..self.running.len() {
            let over = |task: &Task| task.slice <= EPSILON && task.left > EPSILON;
            let Some(task) = self.running[core].filter(over) else {
                continue;
            };
            let slice = self.machine.slice_ms;
            if self.queue.is_empty() {
                self.running[core] = Some(Task { slice, ..task });
                continue;
            }
            let left = task.left + self.machine.switch_ms;
            self.queue.push_back(Task {
                left,
                slice,
                ..task
            });
            self.running[core] = self.queue.pop_front();
        }
    }

    fn fill(&mut self) {
        for core in &mut self.running {
            if core.is_none() {
                *core = self.queue.pop_front();
            }
        }
    }

    fn speed(&self) -> f64 {
        let others = self.running.iter().flatten().count().saturating_sub(1);
        #[expect(clippy::cast_precision_loss, reason = "a number of processors")]
        let others = others as f64;
        (-self.slow).exp() / (1.0 + self.machine.contention * others)
    }
}

const EPSILON: f64 = 1e-9;
const CORRELATION: f64 = 0.6;
