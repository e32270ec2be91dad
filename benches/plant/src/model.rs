//! Parameters of a simulation: machine and model, load, and service-level objective.

use wf_instrument::Nanos;

/// A machine and the costs of a model on it.
///
/// Times are those of one thread alone on a processor and on the memory bus.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Machine {
    /// Number of processors.
    pub cores: usize,
    /// Time of one token of one sequence, in milliseconds.
    pub decode_ms: f64,
    /// Time of one token of a prompt, in milliseconds. A prompt is read in one step.
    pub prefill_ms: f64,
    /// Slowdown of all processors for each further busy one, as a share: they share one memory bus
    /// (the contention term σ of the universal scalability law).
    pub contention: f64,
    /// Time slice of a thread while others wait for its processor, in milliseconds.
    pub slice_ms: f64,
    /// Cost of a switch to another thread, in milliseconds.
    pub switch_ms: f64,
    /// Variation of the cost of a token (standard deviation over mean).
    pub noise: f64,
    /// Variation of the machine's speed by a neighbour (standard deviation of the logarithm), with
    /// a correlation of 0.6 from second to second.
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

/// Load on the engine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// Arrival process of the requests.
    pub arrivals: Arrivals,
    /// Prompt tokens of each request.
    pub prompt: u32,
    /// Tokens to generate for each request, up to a quarter more or less, so that sequences do not
    /// end in step.
    pub output: u32,
    /// Queue time after which a request is rejected.
    pub shed_after: Option<Nanos>,
}

/// Arrival process of requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arrivals {
    /// Open loop: a Poisson process with this rate per second.
    Open(f64),
    /// Closed loop: so many clients, each of which sends its next request when the last one ends.
    Closed(usize),
}

/// Service-level objective (SLO) of one request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slo {
    /// Longest time to first token.
    pub time_to_first_token: Nanos,
    /// Longest mean inter-token latency (TPOT).
    pub inter_token_latency: Nanos,
    /// Inter-token latency that at most one interval in twenty exceeds.
    pub stall: Nanos,
}
