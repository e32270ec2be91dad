//! What is simulated: a machine with a model on it, what is asked of it, and what counts as a good
//! answer.

use wf_instrument::Nanos;

/// A machine and what a model costs on it. Times are of one thread that has a processor, and the
/// memory bus, for itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Machine {
    /// Processors.
    pub cores: usize,
    /// One token of one sequence, in milliseconds.
    pub decode_ms: f64,
    /// One token of a prompt, in milliseconds. A prompt is read in one go.
    pub prefill_ms: f64,
    /// Each further busy processor makes all of them slower by this share: they share one memory
    /// bus (the contention term σ of the universal scalability law).
    pub contention: f64,
    /// How long a thread keeps a processor while others want it, in milliseconds.
    pub slice_ms: f64,
    /// What it costs to give it to another one, in milliseconds.
    pub switch_ms: f64,
    /// How much the cost of a token varies (standard deviation over mean).
    pub noise: f64,
    /// How much a neighbour on the same machine speeds it up and slows it down (standard deviation
    /// of the logarithm), from second to second with a correlation of 0.6.
    pub neighbour: f64,
}

impl Machine {
    /// Two cores with a model of 14 million parameters, as measured: see [the
    /// table](crate#calibration).
    pub const M15: Self = Self {
        cores: 2,
        decode_ms: 1.9,
        prefill_ms: 0.36,
        contention: 0.28,
        slice_ms: 6.0,
        switch_ms: 0.3,
        noise: 0.15,
        neighbour: 0.0,
    };

    /// The same model on more cores, with a wider memory bus.
    #[must_use]
    pub const fn with_cores(self, cores: usize, contention: f64) -> Self {
        Self {
            cores,
            contention,
            ..self
        }
    }
}

/// The load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// The arrivals of requests.
    pub arrivals: Arrivals,
    /// Tokens to read of each.
    pub prompt: u32,
    /// Tokens to generate for each: up to a quarter more or less, so that sequences do not end in
    /// step.
    pub output: u32,
    /// A request that has waited this long to be admitted is rejected.
    pub shed_after: Option<Nanos>,
}

/// The arrivals of requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arrivals {
    /// By themselves: so many in a second, as a Poisson process.
    Open(f64),
    /// From so many clients, each of which sends a request as soon as the last one ends.
    Closed(usize),
}

/// The targets of a good request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slo {
    /// Limit of TTFT.
    pub time_to_first_token: Nanos,
    /// Limit of the mean ITL.
    pub inter_token_latency: Nanos,
    /// Limit that at most one interval in twenty may exceed.
    pub stall: Nanos,
}
