//! Terms of serving language models.

use super::fact::{Fact, table};

pub(super) fn facts() -> Vec<Fact> {
    table(
        &TERMS,
        &[
            "What is {0}?",
            "Explain {0}.",
            "What does {0} mean?",
            "Tell me about {0}.",
            "Define {0}.",
        ],
        "{1}",
    )
}

const TERMS: [[&str; 2]; 24] = [
    [
        "TTFT",
        "TTFT is the time to first token: how long a user waits until an answer begins.",
    ],
    [
        "ITL",
        "ITL is the inter-token latency: the gap between two tokens of an answer.",
    ],
    [
        "TPOT",
        "TPOT is the time per output token, averaged over all tokens after the first.",
    ],
    [
        "a token",
        "A token is the piece of text that a model reads and writes at once.",
    ],
    [
        "prefill",
        "Prefill is the phase in which a model reads the whole prompt in one pass.",
    ],
    [
        "decode",
        "Decode is the phase in which a model writes its answer token by token.",
    ],
    [
        "the KV cache",
        "The KV cache holds the keys and values of all tokens a model has seen.",
    ],
    [
        "a prompt",
        "A prompt is the text that a model is asked to continue.",
    ],
    [
        "batching",
        "Batching runs several requests in one pass, so that weights are read only once.",
    ],
    [
        "quantization",
        "Quantization stores weights in fewer bits to save memory and bandwidth.",
    ],
    [
        "latency",
        "Latency is the time that passes between a request and its answer.",
    ],
    [
        "throughput",
        "Throughput is the number of tokens that a server finishes each second.",
    ],
    [
        "goodput",
        "Goodput is the throughput of requests that met their latency target.",
    ],
    [
        "a percentile",
        "A percentile is the value that a given share of all samples stays below.",
    ],
    [
        "the p99",
        "The p99 is the latency that 99 of 100 requests stay below.",
    ],
    [
        "a histogram",
        "A histogram counts how many samples fall into each range of values.",
    ],
    [
        "a governor",
        "A governor moves the settings of a service to keep it inside its target.",
    ],
    [
        "an SLO",
        "An SLO is a service level objective: the target that a service promises to keep.",
    ],
    [
        "admission",
        "Admission decides which request may start now and which has to wait.",
    ],
    [
        "backpressure",
        "Backpressure tells a sender to slow down when a receiver is full.",
    ],
    [
        "overload",
        "Overload means that requests arrive faster than they can be served.",
    ],
    [
        "temperature",
        "Temperature sets how freely a model picks tokens that are less probable.",
    ],
    [
        "attention",
        "Attention lets each token look at all tokens that came before it.",
    ],
    [
        "the context",
        "The context is the number of tokens that a model can hold at once.",
    ],
];
